"""Projects and their prices: tasks, rates, scheduled amounts, expense categories."""
