"""The mail catcher of the demo: what would have been sent, on a page of this machine only."""
