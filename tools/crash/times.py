"""The shorter times, in seconds; the program has 60, 120 and 180.

CRASH_PACE multiplies all of them, for a machine with a lot of other work.
"""

import os

PACE = float(os.environ.get("CRASH_PACE", "1"))

# The duration of a request, of a login with a request, and of a lease.
REQUEST, EXCHANGE, LEASE = 0.25 * PACE, 0.5 * PACE, 0.75 * PACE
# The settle time, after which the service no longer acts on a lost request: when it refuses
# duplicate numbers, and when only this wait prevents a duplicate.
SETTLE_UNIQUE, SETTLE_ALONE = 0.6 * PACE, 2.0 * PACE
# The longest suspension of a worker. A request sent afterwards must have its effect before an
# absence counts; see "What cannot be promised" in docs/booking.md.
SLEEP_UNIQUE, SLEEP_ALONE = 1.6 * PACE, 1.2 * PACE
# Seconds of delay of a late answer: longer than a client waits, shorter than the settle time.
LATE = 0.5 * PACE
# Seconds between a recorded moment and the act, on a machine with other work.
LAG = 0.35 * PACE
