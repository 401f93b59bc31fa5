"""The files of several invoices as one ZIP, streamed: it is never whole in memory."""

import datetime
import io
import zipfile
from collections.abc import Iterable, Iterator

from ...models import FileKind, Invoice
from .storing import EXTENSIONS, content_of, issued_file

KINDS = (FileKind.PDF, FileKind.UBL)


def zipped(invoices: Iterable[Invoice], *, now: datetime.datetime) -> Iterator[bytes]:
    """Yield a ZIP of the PDF and UBL of final invoices created here, in pieces of about one file.

    A file that cannot be read is named in `missing.txt` instead.
    """
    pipe = _Pipe()
    missing = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for invoice in invoices:
            for kind in KINDS:
                name = f"{invoice.number}.{EXTENSIONS[kind]}"
                try:
                    content = content_of(issued_file(invoice, kind, now=now))
                except OSError:
                    missing.append(name)
                else:
                    archive.writestr(name, content)
                    yield pipe.taken()
        if missing:
            archive.writestr("missing.txt", "\n".join(missing))
    yield pipe.taken()


class _Pipe(io.RawIOBase):
    """A buffer of what was written since the last `taken`; not seekable, so the ZIP is a stream."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def write(self, piece: object) -> int:
        self._pieces.append(bytes(piece))  # type: ignore[call-overload]  # a buffer
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
