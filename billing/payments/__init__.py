"""What was paid of invoices, as e-Boekhouden knows it."""
