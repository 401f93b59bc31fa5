"""Template tags about customers and imports, for pages of other apps."""
