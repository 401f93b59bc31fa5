"""Customers, and their import from e-Boekhouden."""
