"""`./run crash --sabotage`: check that the auditor finds each planted mistake."""

from .findings import KINDS, Finding
from .running import Loop, LoopOptions, one_run

MOST_RUNS = 40
# The names of mistakes.py, which only processes of the program import, and the kinds of findings
# that prove each. A finding of another kind proves nothing.
MISTAKES = {
    "no intent is saved before sending": {"blind", "history"},
    "a document is sent again without a look-up": {"blind"},
    "a web page counts as absent": {"blind"},
    "a look-up of several that was cut short counts as absence": {"blind"},
    "results are written without a fencing token": {"blind", "history"},
    "the lease is shorter than an exchange": {"history"},
    "registrations are not claimed": {"billed twice"},
    "a number is assigned outside the transaction": {"gap"},
    "redirects are followed": {"secret"},
}
# Runs without a mistake, in which nothing may be found.
CLEAN_RUNS = 3


def check_the_auditor(*, seed: int, seconds: float) -> bool:
    """Plant one mistake after the other, and then none. Print the results."""
    caught = 0
    for mistake in MISTAKES:
        run, found = hunt(mistake, runs=MOST_RUNS, seed=seed, seconds=seconds)
        caught += bool(found)
        print(f"{mistake}: {describe(run, found)}", flush=True)
    run, found = hunt("", runs=CLEAN_RUNS, seed=seed, seconds=seconds)
    print(f"nothing planted: {describe(run, found)}")
    print(f"{caught} of {len(MISTAKES)} mistakes found")
    return caught == len(MISTAKES) and not found


def hunt(mistake: str, *, runs: int, seed: int, seconds: float) -> tuple[int, list[Finding]]:
    """Play runs until the mistake is found. Return the number of the run and the findings.

    Without a mistake, a finding of any kind counts.
    """
    kinds = MISTAKES.get(mistake, set(KINDS))
    with Loop(is_unique=True, mistake=mistake) as loop:
        for run in range(1, runs + 1):
            bounds = {"bounds": 10.0} if mistake else {}
            options = LoopOptions(seconds, is_unique=True, hard_stops=False, **bounds)
            found = [
                finding for finding in one_run(loop, options, seed + run) if finding.kind in kinds
            ]
            if found:
                return run, found
            loop.figures["runs"] += 1
    return runs, []


def describe(run: int, found: list[Finding]) -> str:
    if not found:
        return f"not found in {run} runs"
    return f"found in run {run} ({found[0].kind}: {found[0].text[:110]})"
