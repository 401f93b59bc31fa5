"""The mail catcher of the demo: it shows mails that would have been sent, on this machine only."""
