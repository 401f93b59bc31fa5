"""The shorter times, in seconds; the program has 60, 120 and 180.

CRASH_PACE makes all of them longer, on a machine that has a lot of other work: with 3 three times.
"""

import os

PACE = float(os.environ.get("CRASH_PACE", "1"))

# Of one request, of a login with a request, and of a claim.
REQUEST, EXCHANGE, LEASE = 0.25 * PACE, 0.5 * PACE, 0.75 * PACE
# After which the service no longer acts on a lost request: when it refuses a second number, and
# when nothing but this wait keeps a second copy away.
SETTLE_UNIQUE, SETTLE_ALONE = 0.6 * PACE, 2.0 * PACE
# The longest sleep of a worker. It must be over, and what the worker then sends have its effect,
# before anybody may conclude that nothing is there: else see "What cannot be promised".
SLEEP_UNIQUE, SLEEP_ALONE = 1.6 * PACE, 1.2 * PACE
# How late a late answer is: later than anybody waits, and earlier than the settle time.
LATE = 0.5 * PACE
# Between what is written down and what is done, on a machine with other work.
LAG = 0.35 * PACE
