"""Somebody with a browser: what people do on every page, and the studio they work for."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import Membership, Organisation
from customers.models import Customer
from projects.models import Project
from registrations.models import TimeEntry
from tests import factories


@dataclass
class Studio:
    """An organisation and its administrator."""

    organisation: Organisation
    administrator: Membership
    password: str = factories.PASSWORD

    @property
    def today(self) -> datetime.date:
        return timezone.localdate()

    def customer(self, name: str, number: str, **fields: object) -> Customer:
        return factories.create_customer(
            organisation=self.organisation, name=name, number=number, **fields
        )

    def project(self, customer: Customer, name: str, **fields: object) -> Project:
        return factories.create_project(customer=customer, name=name, **fields)

    def hours(
        self, project: Project, task: object, *, minutes: int, rate: str, amount: str
    ) -> TimeEntry:
        """Hours of today; rate and amount in euros."""
        return factories.create_time_entry(
            project=project,
            membership=self.administrator,
            task=task,
            date=self.today,
            minutes=minutes,
            hourly_rate=Decimal(rate),
            amount=Decimal(amount),
        )


@dataclass
class Visitor:
    """Clicks, types and reads."""

    page: Page
    site: str

    def log_in(self, studio: Studio, *, words: tuple[str, str, str] | None = None) -> None:
        """With the password, on the page that every stranger gets first."""
        email, password, button = words or ("E-mail address", "Password", "Log in")
        self.page.goto(self.site)
        self.page.get_by_label(email).fill(studio.administrator.user.email)
        self.page.get_by_label(password).fill(studio.password)
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.get_by_role("main")).to_be_visible()
        expect(self.page.get_by_role("button", name=button, exact=True)).to_be_hidden()

    def go(self, section: str, tab: str = "") -> None:
        """To a room by the bar, and to one of its tabs."""
        bar = self.page.get_by_role("banner")
        bar.get_by_role("link", name=section, exact=True).click()
        # A click before the page's scripts have run opens a page where a dialog is meant.
        self.page.wait_for_load_state()
        if tab:
            self.tab(section, tab)

    def tab(self, section: str, tab: str) -> None:
        tabs = self.page.get_by_role("navigation", name=section)
        link = tabs.get_by_role("link", name=re.compile(rf"^{re.escape(tab)}"))
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        self.page.wait_for_load_state()

    def settings(self, name: str) -> None:
        """To a page of Settings, by the gear."""
        self.page.get_by_role("banner").get_by_role("link", name="Settings").click()
        menu = self.page.get_by_role("navigation", name="Settings").last
        menu.get_by_role("link", name=name, exact=True).click()

    def tick(self, text: str) -> None:
        """The row with this text."""
        self.page.get_by_role("row").filter(has_text=text).get_by_role("checkbox").check()

    def choose_action(self, name: str, *, menu: str = "Actions") -> None:
        self.page.get_by_role("button", name=menu, exact=True).click()
        self.page.get_by_role("button", name=name).click()

    def picker(self, label: str) -> Locator:
        """The box of a picker."""
        return self.page.get_by_role("combobox", name=re.compile(rf"^{label}( \(optional\))?$"))

    def pick(self, label: str, name: str) -> None:
        """A row of a picker, by its whole name."""
        self.picker(label).fill(name)
        option = self.page.get_by_role("option").filter(
            has=self.page.locator(".picker-label").get_by_text(name, exact=True)
        )
        option.first.click()
        expect(self.page.get_by_role("listbox")).to_be_hidden()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def toasts(self) -> Locator:
        """The messages about what was just done."""
        return self.page.locator("#toasts")

    @property
    def selection(self) -> Locator:
        """The bar that says what is ticked."""
        return self.page.locator("[data-selection-bar]")


@dataclass
class Books:
    """The page of the sandbox, where a bookkeeper sees what arrived."""

    page: Page

    def section(self, heading: str) -> Locator:
        return self.page.locator("section").filter(
            has=self.page.get_by_role("heading", level=2, name=heading)
        )

    def article(self, heading: str, title: str) -> Locator:
        """An invoice or a mutation, by what its title contains."""
        return self.section(heading).locator("article").filter(has_text=title)
