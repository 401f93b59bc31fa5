"""Submitting, approving and rejecting of registrations; leave; who is told."""
