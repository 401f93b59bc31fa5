"""The reports of Finance."""
