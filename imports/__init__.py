"""Import of files: customers, projects, tasks, employees, hours, expenses and trips."""
