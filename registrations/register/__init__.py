"""What people register hours, expenses and trips with: day, week, month, timer, home."""
