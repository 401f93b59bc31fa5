"""The pages of the audit trail. They know every app; what records (`audit/*.py`) knows none."""
