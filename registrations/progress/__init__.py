"""Where projects and the agency stand: hours, budgets, warnings."""
