"""Ports of this machine: claim one for a demo, and tell who listens at it."""

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

_LISTENING = "0A"


class Claims:
    """Ports that this demo chose; no other demo of this user chooses them while it runs.

    A claim is a locked file, and not a bound socket: the part itself must bind the port. The lock
    ends with the process, however that ends.
    """

    def __init__(self) -> None:
        self._locks = ExitStack()
        self._folder = Path(tempfile.gettempdir()) / f"urenboek-ports-{os.getuid()}"

    def free_port(self, first: int, *, avoid: set[int]) -> int:
        """Claim the first port from `first` on that is free; `first` itself if none is."""
        candidates = (port for port in range(first, first + 100) if port not in avoid)
        return next((port for port in candidates if self._claim(port)), first)

    def release(self) -> None:
        """Give all ports back."""
        self._locks.close()

    def _claim(self, port: int) -> bool:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        lock = (self._folder / str(port)).open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        if not is_free(port):
            lock.close()
            return False
        self._locks.enter_context(lock)
        return True


def is_free(port: int) -> bool:
    """Whether a part could listen at this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def listens_in_session(port: int, session: int) -> bool:
    """Whether a process of that process session listens at the port.

    True where the machine does not say who listens (not Linux).
    """
    if not Path("/proc/net/tcp").exists():
        return True
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    return any(link in sockets for pid in _processes(session) for link in _open_files(pid))


def _inodes(port: int) -> Iterator[str]:
    """Return the inodes of the sockets that listen at the port."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        path = Path(table)
        lines = path.read_text().splitlines()[1:] if path.exists() else []
        for fields in map(str.split, lines):
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _processes(session: int) -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                yield folder.name
        except OSError:
            continue


def _open_files(pid: str) -> Iterator[str]:
    try:
        links = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return
    for link in links:
        try:
            yield str(link.readlink())
        except OSError:
            continue
