"""The address that an account without a name has, after somebody was erased."""

# No mail is ever delivered there (RFC 2606).
ERASED = "@erased.invalid"
