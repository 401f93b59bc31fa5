"""Delete old backups: only after a new one was made and read back, and never the last ones."""

import datetime
from pathlib import Path

from .making import moment_of

# A clock that jumps ahead makes every backup old: so many stay whatever their age.
ALWAYS_KEPT = 3


def prune(folder: Path, *, newest: Path, keep_days: int, now: datetime.datetime) -> list[Path]:
    """Delete the backups of more than `keep_days` days ago; return them.

    `newest` was just read back and stays, and so do the ALWAYS_KEPT newest. Only files that are
    named as the program names backups are looked at.
    """
    dated = [(moment, path) for path in folder.iterdir() if (moment := moment_of(path))]
    dated.sort(reverse=True)
    limit = now - datetime.timedelta(days=keep_days)
    old = [path for moment, path in dated[ALWAYS_KEPT:] if moment < limit and path != newest]
    for path in old:
        path.unlink()
    return old
