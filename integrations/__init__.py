"""The connection with e-Boekhouden: its settings, its state, and the client that talks to it."""
