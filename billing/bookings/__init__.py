"""The outbox: every document gets into e-Boekhouden once; none twice, none lost.

decisions     the rules: state, event and time in, new state and next step out; pure
composing     the lines as e-Boekhouden accepts them
payloads      the message that is sent, frozen, and its fingerprint
comparing     a booking against the records that e-Boekhouden has under its number
outbox        queueing a booking, in the transaction of the document
delivery      a worker claims due bookings, looks up, sends, and records the results
exchange      one look-up or one order; reading_back: the created record
recording     the only place that writes intentions and results
sweep         the periodic delivery of everything that is due
presenters    a booking as people read it; attempts and side_by_side: its details
"""
