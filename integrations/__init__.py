"""Connections to the programs an organisation already works with."""
