"""What can go wrong with a backup, as a sentence for the system administrator."""

import errno
import shutil
from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class BackupProblem(Exception):
    """Why a backup was not made or not restored: a sentence that says what to do."""


def no_room(folder: Path) -> BackupProblem:
    """Return the problem of a full disk, with what is free."""
    free = shutil.disk_usage(folder).free
    return BackupProblem(
        f"There is not enough room in {folder}: {megabytes(free)} MB are free, or a limit of the"
        " system was reached. Make room or choose another folder."
    )


def of_system(error: OSError, folder: Path) -> BackupProblem:
    """Return the problem behind an error of the operating system."""
    if error.errno in FULL:
        return no_room(folder)
    where = error.filename or folder
    return BackupProblem(f"{where}: {error.strerror or error}.")


def megabytes(count: int) -> int:
    return round(count / 1_000_000)
