"""`./run crash --sabotage`: can the auditor see? Each planted mistake must be found."""

from .findings import KINDS, Finding
from .running import Loop, LoopOptions, one_run

MOST_RUNS = 20
# The mistakes of sabotage.py, which is imported only where the program is, and the kinds of
# findings that speak of each:
# something else that is found is no proof that this one was.
MISTAKES = {
    "no intention is written down before sending": {"blind", "history"},
    "sent again without a look-up": {"blind"},
    "a web page counts as absent": {"blind"},
    "results are written without a fence": {"blind", "history"},
    "the lease is shorter than an exchange": {"history"},
    "rows are not claimed": {"billed twice"},
    "the number comes from outside the transaction": {"gap"},
    "redirects are followed": {"secret"},
}
# Runs without a mistake, in which nothing may be found.
CLEAN_RUNS = 3


def check_the_auditor(*, seed: int, seconds: float) -> bool:
    """Plants one mistake after the other, and then none. Prints what came of it."""
    caught = 0
    for mistake in MISTAKES:
        run, found = hunt(mistake, runs=MOST_RUNS, seed=seed, seconds=seconds)
        caught += bool(found)
        print(f"{mistake}: {in_words(run, found)}", flush=True)
    run, found = hunt("", runs=CLEAN_RUNS, seed=seed, seconds=seconds)
    print(f"nothing planted: {in_words(run, found)}")
    print(f"sabotage: {caught} of {len(MISTAKES)} caught")
    return caught == len(MISTAKES) and not found


def hunt(mistake: str, *, runs: int, seed: int, seconds: float) -> tuple[int, list[Finding]]:
    """Runs until it is found: the number of the run, and what. Without one anything counts."""
    kinds = MISTAKES.get(mistake, set(KINDS))
    with Loop(is_unique=True, sabotage=mistake) as loop:
        for run in range(1, runs + 1):
            bounds = {"bounds": 10.0} if mistake else {}
            options = LoopOptions(seconds, is_unique=True, hard_stops=False, **bounds)
            found = [it for it in one_run(loop, options, seed + run) if it.kind in kinds]
            if found:
                return run, found
            loop.figures["runs"] += 1
    return runs, []


def in_words(run: int, found: list[Finding]) -> str:
    if not found:
        return f"not found in {run} runs"
    return f"found in run {run} ({found[0].kind}: {found[0].text[:110]})"
