"""`./run check`: checks of the code that do not run it."""
