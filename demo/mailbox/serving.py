"""Serve the pages of the mail catcher on 127.0.0.1, to browsers on this machine."""

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
    """A response: body, content type, status and disposition."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    disposition: str = ""


def answer(folder: Path, target: str) -> Answer:
    """Return the page at a URL."""
    split = urlsplit(target)
    match [unquote(part) for part in split.path.strip("/").split("/")]:
        case [""]:
            return Answer(list_page(folder, _number(split.query)).encode())
        case ["page.css"]:
            return Answer(STYLE.read_bytes(), "text/css; charset=utf-8")
        case ["mail", file, place, *attachment_path] if (
            place.isdecimal() and len(attachment_path) < 2
        ):
            return _mail(folder, file, int(place[:6]), attachment_path)
    return _not_found()


def _number(query: str) -> int:
    typed = parse_qs(query).get("page", ["1"])[-1]
    return max(1, int(typed[:6])) if typed.isdecimal() else 1


def _mail(folder: Path, file: str, place: int, attachment_path: list[str]) -> Answer:
    mails = mails_in(folder, file)
    if place >= len(mails):
        return _not_found()
    if not attachment_path:
        return Answer(mail_page(mails[place]).encode())
    attachments = mails[place].attachments
    if not attachment_path[0].isdecimal() or int(attachment_path[0][:6]) >= len(attachments):
        return _not_found()
    return _file(attachments[int(attachment_path[0][:6])])


def _file(file: Attachment) -> Answer:
    mode = "inline" if file.content_type in SHOWN else "attachment"
    disposition = f"{mode}; filename*=UTF-8''{quote(file.name, safe='')}"
    kind = file.content_type if mode == "inline" else "application/octet-stream"
    return Answer(file.content, kind, disposition=disposition)


def _not_found() -> Answer:
    page = frame("Not here", '<p>There is no such mail. <a href="/">All mails</a></p>')
    return Answer(page.encode(), status=404)


class Handler(BaseHTTPRequestHandler):
    """A handler of GET requests, under a name of this machine only: no other site can read it."""

    folder: Path
    server_version = "mailbox"

    def do_GET(self) -> None:
        name = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        self._send(answer(self.folder, self.path) if name in HERE else _not_found())

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
        """Log nothing, to keep it private which mails are read."""


def server_on(folder: Path, *, port: int) -> ThreadingHTTPServer:
    """Return a server that does not serve yet; port 0 takes a free one."""
    handler = type("MailboxHandler", (Handler,), {"folder": folder})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)
