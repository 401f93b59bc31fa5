"""The fail points of the program and their places; a test compares this list with the program."""

# During the creation of an invoice, by a person, in a web process or in a worker.
MAKING = {
    "before-freeze-commit": "everything written, nothing committed",
    "before-dispatch": "committed, no task sent",
}
# During a delivery session of a worker, in this order.
DELIVERING = {
    "after-lease": "the connection held, no booking yet",
    "after-claim": "a booking claimed, no byte sent",
    "after-login": "a session, and nothing asked",
    "after-look-up": "looked up, not recorded",
    "after-intent": "the intent committed, not connected",
    "after-answer": "accepted, not read back",
    "after-noting": "accepted and noted, to be read back with others",
    "before-recording": "read back, not recorded",
    "after-recording": "recorded, nothing else begun",
    "before-closing": "everything done, the session open",
    "before-acknowledging": "everything done, the task not acknowledged",
}
# In every request: of a login, a look-up, or an order.
EXCHANGING = {
    "before-connecting": "no byte sent",
    "after-headers": "the headers sent, no body",
    "halfway-sending": "half of the body sent",
    "before-reading": "all sent, nothing read",
    "while-reading": "a part of the answer read",
}
ALL = MAKING | DELIVERING | EXCHANGING
