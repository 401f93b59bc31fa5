"""Decisions of people about a booking that needs attention."""
