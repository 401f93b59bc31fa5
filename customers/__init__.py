"""Customers, and how they come in from e-Boekhouden."""
