"""Reminding of overdue invoices: which are due, what keeps them back, and sending them once."""
