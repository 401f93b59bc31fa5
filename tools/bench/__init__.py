"""`./run bench`: what takes how long, measured here and now."""
