"""What people decide about a booking that needs attention."""
