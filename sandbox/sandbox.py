"""A running sandbox: start it, get its address and codes, read its books, stop it."""

import tempfile
import threading
from pathlib import Path

from .books import Books
from .clock import Clock
from .faults import Faults
from .server import SOAP_PATH, Server
from .service import Service
from .switches import Switches

SECOND = "/2"


class Sandbox:
    """A small e-Boekhouden on loopback.

    Its books are in a directory and survive a restart. Switches, faults and clock shift start anew
    with every process.
    """

    def __init__(
        self,
        *,
        books=None,
        port=0,
        host="127.0.0.1",
        switches=None,
        seed=None,
        has_second=False,
    ):
        self._own_directory = None
        if books is None:
            self._own_directory = tempfile.TemporaryDirectory(prefix="eboekhouden-sandbox-")
            books = self._own_directory.name
        self.directory = Path(books)
        self.host, self.port = host, port
        self.switches = switches or Switches()
        self.faults = Faults(seed=seed)
        self.clock = Clock()
        self.books = Books(self.directory, clock=self.clock)
        self.second = self._open_second() if has_second else None
        self._server: Server | None = None

    def start(self):
        """Serve in a thread; afterwards `port` is the port in use."""
        if self.books.is_closed:
            self.books = Books(self.directory, clock=self.clock)
            self.second = self.second and self._open_second()
        self._services = [Service(self.books, switches=self.switches, faults=self.faults)]
        if self.second:
            second = Service(self.second, switches=self.switches, faults=self.faults, prefix=SECOND)
            self._services.append(second)
        self._server = Server((self.host, self.port), self._services)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            daemon=True,
        )
        self._thread.start()
        return self

    def stop(self):
        """Stop answering and close the books, which can be opened again."""
        if self._server is not None:
            for service in self._services:
                service.stopping.set()
            self._server.shutdown()
            self._server.server_close()
            self._server.end_connections()
            self._thread.join()
            self._server = None
        self.books.close()
        if self.second:
            self.second.close()

    def _open_second(self):
        """Open another administration at the same address, with its own codes."""
        directory = self.directory / "second"
        return Books(directory, clock=self.clock, administration="Tweede Voorbeeld BV")

    def restart(self):
        """Stop and start on the same port with the same books."""
        self.stop()
        return self.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()
        if self._own_directory:
            self._own_directory.cleanup()

    @property
    def page(self):
        """The address of the web page."""
        return f"http://{self.host}:{self.port}/"

    @property
    def url(self):
        return f"http://{self.host}:{self.port}{SOAP_PATH}"

    @property
    def wsdl(self):
        return f"{self.url}?wsdl"

    @property
    def username(self):
        return self.books.credentials().username

    @property
    def security_code_1(self):
        return self.books.credentials().security_code_1

    @property
    def security_code_2(self):
        return self.books.credentials().security_code_2

    def pay(self, number, amount=None, **details):
        """Book a payment on an open item; the whole open amount if none is given."""
        return self.books.pay(number, amount, **details)

    def seed_relations(self, rows):
        return self.books.seed_relations(rows)
