"""Read the folder in which Django's file backend stores the mails of the demo."""

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

# As django.core.mail.backends.filebased names a file, and as it ends every mail in it.
FILE_NAME = re.compile(r"\d{8}-\d{6}-\d+\.log")
END = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class Attachment:
    """A file of a mail."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Caught:
    """A mail; `file` and `place` find it again."""

    file: str
    place: int
    message: EmailMessage

    def header(self, name: str) -> str:
        return str(self.message.get(name, ""))

    @property
    def when(self) -> str:
        """The time of the mail, in the time zone of this machine."""
        try:
            return f"{parsedate_to_datetime(self.header('Date')).astimezone():%d-%m-%Y %H:%M:%S}"
        except ValueError:
            return self.header("Date")

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain", "html"))
        return str(body.get_content()) if body else ""

    @property
    def attachments(self) -> list[Attachment]:
        return [_attachment(part) for part in self.message.iter_attachments()]


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    body = content if isinstance(content, bytes) else b""
    return Attachment(part.get_filename() or "file", body, part.get_content_type())


def files(folder: Path) -> list[str]:
    """Return the files with mails, the latest first."""
    return sorted((path.name for path in folder.glob("*.log") if is_ours(path.name)), reverse=True)


def is_ours(name: str) -> bool:
    """Return whether the backend could have named a file so; nothing else is read."""
    return FILE_NAME.fullmatch(name) is not None


def mails_in(folder: Path, file: str) -> list[Caught]:
    """Return the mails of one file, in the order in which they were sent."""
    path = folder / file
    if not is_ours(file) or not path.is_file():
        return []
    parts = [part for part in path.read_bytes().split(END) if part.strip()]
    return [Caught(file, place, _parsed(part)) for place, part in enumerate(parts)]


def _parsed(content: bytes) -> EmailMessage:
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(content)
