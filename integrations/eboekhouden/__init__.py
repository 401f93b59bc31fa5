"""Talking to e-Boekhouden.nl; knows neither Django nor our models."""
