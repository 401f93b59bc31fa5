"""Serves the pages of the mail catcher on 127.0.0.1, to whoever sits at this machine."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from .page import frame, list_page, mail_page
from .reading import Attachment, mails_in

HTML = "text/html; charset=utf-8"
HERE = ("127.0.0.1", "localhost")
STYLE = Path(__file__).parent / "page.css"
# What a browser may show; everything else is saved.
SHOWN = ("application/pdf", "image/png", "image/jpeg", "text/plain")
SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Answer(NamedTuple):
    """What goes back."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    disposition: str = ""


def answer(folder: Path, target: str) -> Answer:
    """The page at an address."""
    split = urlsplit(target)
    match [unquote(part) for part in split.path.strip("/").split("/")]:
        case [""]:
            return Answer(list_page(folder, _number(split.query)).encode())
        case ["page.css"]:
            return Answer(STYLE.read_bytes(), "text/css; charset=utf-8")
        case ["mail", file, place, *rest] if place.isdecimal() and len(rest) < 2:
            return _mail(folder, file, int(place[:6]), rest)
    return _nothing()


def _number(query: str) -> int:
    typed = parse_qs(query).get("page", ["1"])[-1]
    return max(1, int(typed[:6])) if typed.isdecimal() else 1


def _mail(folder: Path, file: str, place: int, rest: list[str]) -> Answer:
    mails = mails_in(folder, file)
    if place >= len(mails):
        return _nothing()
    if not rest:
        return Answer(mail_page(mails[place]).encode())
    attachments = mails[place].attachments
    if not rest[0].isdecimal() or int(rest[0][:6]) >= len(attachments):
        return _nothing()
    return _file(attachments[int(rest[0][:6])])


def _file(file: Attachment) -> Answer:
    how = "inline" if file.content_type in SHOWN else "attachment"
    disposition = f"{how}; filename*=UTF-8''{quote(file.name, safe='')}"
    kind = file.content_type if how == "inline" else "application/octet-stream"
    return Answer(file.content, kind, disposition=disposition)


def _nothing() -> Answer:
    page = frame("Not here", '<p>There is no such mail. <a href="/">All mails</a></p>')
    return Answer(page.encode(), status=404)


class Handler(BaseHTTPRequestHandler):
    """Only GET, and only under a name of this machine: a page elsewhere cannot read it."""

    folder: Path
    server_version = "mailbox"

    def do_GET(self) -> None:
        name = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        self._send(answer(self.folder, self.path) if name in HERE else _nothing())

    def _send(self, found: Answer) -> None:
        self.send_response(found.status)
        self.send_header("Content-Type", found.content_type)
        self.send_header("Content-Length", str(len(found.body)))
        for name, value in SAFE.items():
            # A browser shows a PDF only where a page may have plugins.
            if not (found.disposition and name == "Content-Security-Policy"):
                self.send_header(name, value)
        if found.disposition:
            self.send_header("Content-Disposition", found.disposition)
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: who reads which mail is nobody's business."""


def server_on(folder: Path, *, port: int) -> ThreadingHTTPServer:
    """A server that does not serve yet; port 0 takes a free one."""
    handler = type("MailboxHandler", (Handler,), {"folder": folder})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)
