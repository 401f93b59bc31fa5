"""Billing: what is unbilled, invoices, and their bookings in e-Boekhouden."""
