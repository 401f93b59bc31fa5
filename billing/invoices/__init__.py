"""The steps of an invoice: proposing, creating, drafting, issuing, crediting, e-mailing."""
