"""The pages of billing, by subject."""
