"""What is worked on, and at which price: projects, tasks, rates, terms, expense categories."""
