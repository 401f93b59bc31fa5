"""What other pages show of customers and imports."""
