"""From a proposal to a final invoice: creating, drafting, issuing, crediting, e-mailing."""
