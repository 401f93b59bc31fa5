"""Getting documents into e-Boekhouden once: nothing twice, nothing lost.

decisions      what follows from what happened; pure functions, no database, no clock
interventions  what people may do, and what follows; pure too
composing      the lines as e-Boekhouden takes them
payloads       what is sent, frozen, and its fingerprint
comparing      is what stands there ours?
outbox         a document must be booked: the row, in the transaction of the document
delivery       a worker claims due rows, exchanges, and records
choices        somebody decided: look again, book again, link, cancel
renumbering    somebody decided: take a new number
"""
