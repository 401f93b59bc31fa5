"""Mistakes to plant in the killed processes, one at a time; the auditor must find each."""

def plant(name: str) -> None:
    """Plants this mistake; an empty name plants nothing."""
