"""Pages of projects, by subject."""
