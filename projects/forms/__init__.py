"""Forms of projects, by subject."""
