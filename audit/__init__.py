"""The audit trail: who changed what, when and from where. See docs/audit.md."""
