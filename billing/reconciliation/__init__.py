"""The daily check: what we booked against what stands in e-Boekhouden.

It lists differences and acts on none. `documents` and `comparing` are pure; `reading` asks,
`carrying_out` puts it together, `keeping` writes it down.
"""
