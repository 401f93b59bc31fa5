"""Logging in: passwords, second factor, sessions, delays, confirmation of what is sensitive."""
