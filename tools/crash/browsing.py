"""`python -m tools.crash.browsing ADDRESS SEED UNTIL`: a person with a browser, in every agency.

Logs in, invoices through the dialog, and decides on bookings; with cookies and CSRF tokens, and no
module of the program. The agencies come as JSON on the standard input.
"""

import http.client
import http.cookiejar
import json
import random
import re
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SHOWN = re.compile(r'name="token" value="([^"]+)"')
NUMBER = re.compile(r"\bE\d+-20\d\d-\d{4,}\b")
NAME = re.compile(r'name="([a-z_]+)" value="([^"]*)"')
SEEN = re.compile(r'action="(/finance/invoicing/\d+/seen/)"')
BOOKING = re.compile(r"/finance/bookings/(\d+)/")
MAX_DOCUMENTS = 14
# Seconds for which the page with the progress is watched.
PATIENCE = 2
# What a browser shows when the web process is killed: no answer, or half of one.
NO_ANSWER = (OSError, http.client.HTTPException)


class Browser:
    """The cookies of one person, and the last CSRF token and path."""

    def __init__(self, address: str) -> None:
        jar = http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(jar)
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
        self.address, self.token, self.location = address, "", ""

    def get(self, path: str) -> str:
        return self.ask(path, None)

    def post(self, path: str, fields: Iterable[tuple[str, object]]) -> str:
        data = [("csrfmiddlewaretoken", self.token), *fields]
        return self.ask(path, urllib.parse.urlencode(data).encode())

    def ask(self, path: str, data: bytes | None) -> str:
        """Return the page, after redirects. Raises one of NO_ANSWER, which includes HTTP errors."""
        with self.opener.open(self.address + path, data, timeout=10) as answer:
            self.location = urllib.parse.urlsplit(answer.geturl()).path
            page = answer.read().decode()
        if found := TOKEN.search(page):
            self.token = found[1]
        return page


class Visitor:
    """A person who works in one agency through the web."""

    def __init__(self, address: str, agency: dict, dice: random.Random) -> None:
        self.browser, self.agency, self.dice = Browser(address), agency, dice
        self.is_in, self.made = False, 0

    def act(self) -> None:
        if not self.is_in:
            self.log_in()
        actions = [self.invoice, self.decide]
        self.dice.choices(actions, weights=[5, 2])[0]()

    def log_in(self) -> None:
        self.browser.get("/account/login/")
        fields = [("login", self.agency["email"]), ("password", self.agency["password"])]
        fields.append(("next", "/finance/bookings/?show=needs-you"))
        self.browser.post("/account/login/", fields)
        if "/login" in self.browser.location:
            raise RuntimeError("the password was refused")
        self.is_in = True

    def invoice(self) -> None:
        """Invoice all unbilled work of some projects, as the dialog shows it."""
        chosen = [("projects", pk) for pk in self.agency["projects"] if self.dice.random() < 0.4]
        if not chosen or self.made >= MAX_DOCUMENTS:
            return
        dialog = self.browser.post("/finance/invoice-in-e-boekhouden/", chosen)
        if not SHOWN.search(dialog):
            return  # nothing to bill
        fields = [(name, value) for name, value in NAME.findall(dialog) if name in HIDDEN]
        time.sleep(self.dice.uniform(0, 0.03))
        today = time.strftime("%Y-%m-%d")
        choices = [("grouping", "task"), ("per", "customer"), ("date", today)]
        page = self.browser.post("/finance/invoice-in-e-boekhouden/book/", [*fields, *choices])
        until = time.monotonic() + PATIENCE
        while self.is_made_by_a_worker(page) and time.monotonic() < until:
            time.sleep(0.1)
            page = self.browser.get(self.browser.location)
        if seen := SEEN.search(page):
            page = self.browser.post(seen[1], [])
        if "/batches/" in self.browser.location:
            numbers = sorted(set(NUMBER.findall(page)))
            self.made += len(numbers)
            say(made=numbers)
        else:
            say(changed=1)

    def is_made_by_a_worker(self, page: str) -> bool:
        """Return whether this is the page of a confirmation that is still under way."""
        return "/finance/invoicing/" in self.browser.location and "hx-trigger" in page

    def decide(self) -> None:
        show = self.dice.choice(["needs-you", "in-progress"])
        page = self.browser.get(f"/finance/bookings/?show={show}")
        found = sorted(set(BOOKING.findall(page)))
        if found:
            actions = ["again", "check"] if show == "in-progress" else ["again", "link", "cancel"]
            action = self.dice.choice(actions)
            self.browser.post(f"/finance/bookings/{self.dice.choice(found)}/{action}/", [])
            say(**{f"asked to {action}": 1})


HIDDEN = ("projects", "until", "token", "approved")


def visit(address: str, agency: dict, *, seed: int, until: float) -> None:
    visitor = Visitor(address, agency, random.Random(seed))
    while time.monotonic() < until:
        try:
            visitor.act()
        except urllib.error.HTTPError as error:
            say(http=error.code, at=urllib.parse.urlsplit(error.url).path)
        except NO_ANSWER as error:
            say(gone=type(error).__name__)
            time.sleep(0.05)
        time.sleep(visitor.dice.uniform(0, 0.06))


def say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def main(address: str, seed: int, until: float) -> None:
    agencies = json.loads(sys.stdin.readline())
    visits = [
        threading.Thread(
            target=visit, args=(address, agency), kwargs={"seed": agency_seed, "until": until}
        )
        for agency_seed, agency in enumerate(agencies, start=seed)
    ]
    for thread in visits:
        thread.start()
    for thread in visits:
        thread.join()
    say(done=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
