"""Payments of invoices, as entered in e-Boekhouden."""
