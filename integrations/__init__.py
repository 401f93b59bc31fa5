"""The connection with e-Boekhouden: its settings, its state, and the SOAP client."""
