"""The daily check: our bookings against the documents in e-Boekhouden.

It lists differences and acts on none. `documents`, `sides`, `comparing` and `unmatched` are pure;
`reading` calls e-Boekhouden, `running` carries a check out, and `recording` stores its result.
"""
