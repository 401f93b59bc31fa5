"""The key that backups are encrypted with: in a file that is not beside them."""

from pathlib import Path

from django.conf import settings

from lib.sealed_stream import read_key

from .problems import BackupProblem


def backup_key(*, beside: Path | None = None) -> bytes | None:
    """Return the key of BACKUP_KEY_FILE; None if backups are not encrypted.

    Raises BackupProblem if it cannot be read, or if it is in the folder `beside` of the backups.
    """
    if not settings.BACKUP_KEY_FILE:
        return None
    path = Path(settings.BACKUP_KEY_FILE).resolve()
    if beside is not None and path.is_relative_to(beside.resolve()):
        raise BackupProblem(
            f"The key {path} is in the folder of the backups: who takes one has both. Move it, and"
            " set BACKUP_KEY_FILE again."
        )
    try:
        return read_key(path.read_text())
    except OSError as error:
        raise BackupProblem(f"BACKUP_KEY_FILE {path}: {error.strerror}.") from error
    except ValueError:
        raise BackupProblem(
            f"BACKUP_KEY_FILE {path} has no key: one line of 32 bytes in URL-safe base64. Create"
            " one with: ./run manage new_key"
        ) from None
