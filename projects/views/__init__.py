"""The pages of projects, by subject."""
