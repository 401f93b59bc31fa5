"""Tools to develop and test the program; no part of the product."""
