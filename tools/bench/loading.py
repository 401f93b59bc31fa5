"""People at work: each does something every ten seconds, half of them saving, half reading."""

import http.client
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Membership

from .seeding import Agency

EVERY = 10.0  # seconds
BACKEND = "accounts.login.backends.MemberBackend"


@dataclass
class Load:
    """What happened: the seconds of each action, and what went wrong, in words."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def at(self, share: float) -> float:
        """Return the seconds within which this share of the actions was done."""
        return sorted(self.seconds)[min(int(share * len(self.seconds)), len(self.seconds) - 1)]


class Person:
    """Somebody who is logged in, with a browser that keeps its connection."""

    def __init__(self, address: str, member: Membership) -> None:
        self._host = urlsplit(address).netloc
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(member.user, BACKEND)
        self._cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        self._connection = http.client.HTTPConnection(self._host, timeout=60)

    def read(self, path: str) -> None:
        """Open a page. Raises RuntimeError unless it answers 200."""
        self._send("GET", path, expected=200)

    def save(self, path: str, fields: dict[str, object]) -> None:
        """Post a form and open the page after it. Raises RuntimeError if it is refused."""
        if settings.CSRF_COOKIE_NAME not in self._cookies:
            self.read(path)
        after = self._send("POST", path, expected=302, body=urlencode(fields))
        self.read(after)

    def _send(self, method: str, path: str, *, expected: int, body: str = "") -> str:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "X-CSRFToken": self._cookies.get(settings.CSRF_COOKIE_NAME, ""),
            "Accept-Encoding": "gzip",
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._answer(method, path, body, headers)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if answer.status != expected:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return answer.headers.get("Location", "")

    def _answer(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        try:
            self._connection.request(method, path, body or None, headers)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # As browsers do: a connection that the server closed while it was idle is opened anew.
            self._connection.close()
            self._connection.request(method, path, body or None, headers)
            answer = self._connection.getresponse()
        answer.read()
        return answer


def work(agency: Agency, address: str, *, people: int, seconds: float) -> Load:
    """Let so many people work for so long, and return what happened."""
    load, lock = Load(), threading.Lock()
    members = list(agency.organisation.memberships.select_related("user").order_by("pk"))
    until = time.monotonic() + seconds
    threads = []
    for number in range(people):
        person = Person(address, members[number % len(members)])
        action = _saving(agency, person, number) if number % 2 else _reading(person)
        threads.append(threading.Thread(target=_act, args=(action, until, load, lock)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load


def _act(action: Callable[[], None], until: float, load: Load, lock: threading.Lock) -> None:
    following = time.monotonic() + random.uniform(0, EVERY)
    while following < until:
        time.sleep(max(0.0, following - time.monotonic()))
        began = time.perf_counter()
        try:
            action()
        except (RuntimeError, OSError, http.client.HTTPException) as problem:
            with lock:
                load.errors.append(f"{type(problem).__name__}: {problem}")
        else:
            with lock:
                load.seconds.append(time.perf_counter() - began)
        following += EVERY


def _reading(person: Person) -> Callable[[], None]:
    pages = [
        reverse("registrations:hours"),
        reverse("registrations:overview-hours"),
        reverse("registrations:overview-hours") + "?period=all&order=-amount",
        reverse("billing:dashboard"),
    ]
    return lambda: person.read(random.choice(pages))


def _saving(agency: Agency, person: Person, number: int) -> Callable[[], None]:
    projects = agency.organisation.projects.order_by("pk")
    project = projects[number % projects.count()]
    choice = project.project_tasks.order_by("pk")[0].pk
    about = {"work": choice, "date": agency.today.isoformat(), "duration": "0:01"}
    about["description"] = "Load"
    return lambda: person.save(reverse("registrations:hours"), about)
