"""`./run bench`: measurements of speed on this machine."""
