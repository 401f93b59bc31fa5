"""The small times, in seconds; in real life 60, 120 and 180."""

# Of one request, of a login with a request, and of a claim.
REQUEST, EXCHANGE, LEASE = 0.25, 0.5, 0.75
# After which the service no longer acts on a lost request: when it refuses a second number, and
# when nothing but this wait keeps a second copy away.
SETTLE_UNIQUE, SETTLE_ALONE = 0.6, 2.0
# The longest sleep of a worker. It must be over, and what the worker then sends have its effect,
# before anybody may conclude that nothing is there: else see "What cannot be promised".
SLEEP_UNIQUE, SLEEP_ALONE = 1.6, 1.2
# What a fault "during" still does in the sandbox after its answer, or after a late one.
LATE = 0.5
