"""The forms of billing, by page."""
