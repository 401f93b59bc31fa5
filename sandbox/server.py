"""The HTTP server: SOAP and its WSDL, the control API, and the web page."""

import re
import socket
import struct
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

import structlog

from . import control, envelope, page
from .faulting import SoapFault, broken
from .reply import Reply
from .schema import contract
from .service import Service

log = structlog.get_logger(__name__)

SOAP_PATH = "/soap.asmx"
HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?")
XML_TYPES = ("", "text/xml", "application/soap+xml", "application/xml")
READ_AWAY = 64 * 1024 * 1024
DRIPS = 200


class TooLarge(Exception):
    """The body of a request is longer than the service accepts."""


class BadFraming(Exception):
    """The length of the body cannot be determined."""


class Handler(BaseHTTPRequestHandler):
    """One connection; HTTP/1.0 and 1.1, kept alive if the client wants it."""

    protocol_version = "HTTP/1.1"
    server_version = "e-Boekhouden-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    server: "Server"
    service: Service
    _headers_buffer: list[bytes]
    timeout = 300

    def do_GET(self):
        self._respond(self._looked_up())

    do_HEAD = do_GET  # noqa: N815 the name http.server calls

    def do_POST(self):
        self._act()

    do_PATCH = do_DELETE = do_PUT = do_POST  # noqa: N815

    def _looked_up(self):
        path, query = self._path()
        if self.path.rstrip("?") == self.service.prefix != "":
            return Reply(status=301, headers={"Location": f"{self.service.prefix}/"})
        if path == SOAP_PATH:
            if query.lower().split("=")[0] in ("wsdl", "singlewsdl"):
                return Reply(body=contract().wsdl(f"{self._origin()}{SOAP_PATH}"))
            return page.service_reply(self._origin())
        if path.startswith("/control/"):
            return control.reply(self.service, "GET", path, query, b"")
        others = [one for one in self.server.services if one is not self.service]
        return page.reply(self.service, path, query, origin=self._origin(), others=others)

    def _act(self):
        path, query = self._path()
        try:
            body = self._body()
        except TooLarge:
            self._turn_away(self._fault(SoapFault("Maximum request length exceeded.")))
        except (BadFraming, ValueError):
            self._turn_away(Reply(status=400, content_type="text/plain"))
        else:
            self._respond(self._acted(path, query, body))

    def _turn_away(self, reply):
        self.close_connection = True
        self._respond(self.service.unread(reply, bytes_in=0))

    def _acted(self, path, query, body):
        if path == SOAP_PATH:
            return self._soap(body) if self.command == "POST" else Reply(status=405)
        if not self._is_own_page():
            return Reply(status=403, content_type="text/plain", body=b"Another site asked this.")
        if path.startswith("/control/"):
            return control.reply(self.service, self.command, path, query, body)
        if path.startswith("/page/") and self.command == "POST":
            return page.submitted(self.service, path, body)
        return Reply(status=404, content_type="text/plain")

    def _soap(self, body):
        self.service = self.server.meant(body)
        kind = self._content_type()
        if kind.get_content_type() not in XML_TYPES and self.headers.get("Content-Type"):
            reply = Reply(status=415, content_type="text/plain", body=b"Unsupported Media Type")
            return self.service.unread(reply, bytes_in=len(body))
        is_12 = kind.get_content_type() == "application/soap+xml"
        action = kind.get_param("action") if is_12 else None
        action = (action or self.headers.get("SOAPAction") or "").strip().strip("\"'")
        try:
            return self.service.answer(
                body,
                charset=kind.get_param("charset") or None,
                action=action,
                origin=f"{self._origin()}{self.service.prefix}",
                prefers_12=is_12,
            )
        except Exception as problem:  # as in .NET, a bug reaches the client as a Fault
            log.exception("sandbox.failed")
            return self._fault(broken(f"{type(problem).__name__}: {problem}"))

    def _fault(self, problem):
        is_12 = self._content_type().get_content_type() == "application/soap+xml"
        return Reply.fault(problem, soap=envelope.SOAP_12 if is_12 else envelope.SOAP_11)

    def _content_type(self):
        kind = Message()
        kind["Content-Type"] = self.headers.get("Content-Type") or "text/xml"
        return kind

    def _path(self):
        """Return the path within its administration, and the query."""
        parts = urlsplit(self.path)
        self.service = self.server.at(parts.path)
        path = parts.path.removeprefix(self.service.prefix).rstrip("/") or "/"
        return (path.lower() if path.lower() == SOAP_PATH else path), parts.query

    def _origin(self):
        host = self.headers.get("Host") or ""
        return f"http://{host}" if HOST.fullmatch(host) else self.server.origin

    def _is_own_page(self):
        """Refuse forms of other sites: they may not change these books."""
        origin = self.headers.get("Origin")
        return origin in (None, self._origin())

    # reading

    def _body(self):
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return self._chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if length < 0:
            raise BadFraming
        if length > self.service.switches.max_request_bytes:
            self._read_away(length)
            raise TooLarge
        body = self.rfile.read(length)
        if len(body) < length:
            raise BadFraming
        return body

    def _chunks(self):
        body = bytearray()
        while size := int(self.rfile.readline(100).split(b";")[0].strip() or b"-1", 16):
            if size < 0:
                raise BadFraming
            if len(body) + size > self.service.switches.max_request_bytes:
                raise TooLarge
            body += self.rfile.read(size)
            self.rfile.readline(100)
        while self.rfile.readline(8192).strip():  # trailers
            pass
        return bytes(body)

    def _read_away(self, length):
        """Read the rest of the body: a client that is still sending would miss the answer."""
        left = min(length, READ_AWAY)
        while left > 0 and (part := self.rfile.read(min(left, 65536))):
            left -= len(part)

    # writing

    def _respond(self, reply):
        try:
            getattr(self, f"_send_{reply.manner}")(reply)
        except OSError:
            self.close_connection = True  # the client closed the connection

    def _send_whole(self, reply):
        self._write_head(reply)
        body = b"" if self.command == "HEAD" else reply.body
        self.wfile.write(self._take_head() + body)

    def _send_reset(self, reply):
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.server.resetting.add(self.connection)

    def _send_close(self, reply):
        self.close_connection = True

    def _send_cut(self, reply):
        self._write_head(reply, closing=True)
        self.wfile.write(self._take_head() + reply.body[: reply.sent])

    def _send_drip(self, reply):
        self._write_head(reply)
        self.wfile.write(self._take_head())
        step = max(1, len(reply.body) // DRIPS)
        pause = reply.seconds * step / max(1, len(reply.body))
        for start in range(0, len(reply.body), step):
            if self.service.stopping.wait(pause):
                self.close_connection = True
                return
            self.wfile.write(reply.body[start : start + step])

    def _write_head(self, reply, *, closing=False):
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        if reply.says_length:
            self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "private, max-age=0")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if closing or self.close_connection:
            self.send_header("Connection", "close")

    def _take_head(self):
        """Return the head as bytes, to send it in one packet with the body."""
        head = b"".join(self._headers_buffer) + b"\r\n"
        self._headers_buffer = []
        return head

    def log_message(self, sentence, *values):
        log.debug("sandbox.request", line=sentence % values)


class Server(ThreadingHTTPServer):
    """One thread per connection; closing the server ends open connections."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, services):
        self.services = services
        self.resetting: set[socket.socket] = set()
        self._open: dict[Any, threading.Thread] = {}
        self._open_lock = threading.Lock()
        super().__init__(address, Handler)
        self.origin = f"http://{self.server_name}:{self.server_port}"

    def at(self, path):
        """Return the administration under this path; the first one without a prefix."""
        others = self.services[1:]
        of_it = (one for one in others if f"{path}/".startswith(f"{one.prefix}/"))
        return next(of_it, self.services[0])

    def meant(self, body):
        """Return the administration of the codes in a SOAP request; the first one if unknown."""
        return next((one for one in self.services if one.is_meant(body)), self.services[0])

    def server_bind(self):
        """Skip the look-up of a host name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request_thread(self, request, client_address):
        with self._open_lock:
            self._open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._open_lock:
                self._open.pop(request, None)

    def shutdown_request(self, request):
        if request in self.resetting:
            self.resetting.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """Ignore clients that disconnect."""

    def end_connections(self):
        """Close open connections, and wait a moment for their threads."""
        with self._open_lock:
            still_open = dict(self._open)
        for connection in still_open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in still_open.values():
            thread.join(timeout=2)
