"""The SOAP client for e-Boekhouden.nl. It imports neither Django nor our models."""
