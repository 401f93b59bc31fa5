"""`python -m tools.assets`: make the files of others in `ui/static/` as small as we use them."""
