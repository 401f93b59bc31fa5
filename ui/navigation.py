"""Contents of the bar, the tabs and the settings menu, and who sees what; pages by URL name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership

Right = Callable[[Membership], bool]


def everyone(membership: Membership) -> bool:
    return True


def invoicers(membership: Membership) -> bool:
    return membership.is_invoicer


def managers(membership: Membership) -> bool:
    return membership.is_manager


def approvers(membership: Membership) -> bool:
    return membership.approves


def managers_of_all(membership: Membership) -> bool:
    return membership.is_manager_of_all


def price_managers(membership: Membership) -> bool:
    """Managers who see rates and prices."""
    return membership.is_manager and membership.sees_amounts


def administrators(membership: Membership) -> bool:
    return membership.is_administrator


@dataclass(frozen=True)
class Entry:
    """A page in a menu. `covers` are prefixes of URL names of pages that belong to it.

    `counter` is the context variable with the number after the label. `selection` is the kind of
    rows whose selected number is shown.
    """

    label: str | Promise
    url_name: str
    covers: tuple[str, ...] = ()
    may_see: Right = everyone
    icon: str = ""
    counter: str = ""
    selection: str = ""

    @property
    def url(self) -> str:
        """Return the URL. Raises NoReverseMatch for a name that no page has."""
        return reverse(self.url_name)


@dataclass(frozen=True)
class Section:
    """A section of the site: an item in the bar and the tabs under it."""

    key: str
    label: str | Promise
    icon: str
    entries: tuple[Entry, ...]
    may_see: Right = everyone


REGISTER = Section(
    "register",
    _("Register"),
    "clock",
    (
        Entry(
            _("Hours"),
            "registrations:hours",
            ("registrations:hour", "registrations:timer"),
        ),
        Entry(_("Expenses"), "registrations:expenses", ("registrations:expense",)),
        Entry(_("Trips"), "registrations:trips", ("registrations:trip",)),
        Entry(_("Leave"), "registrations:leave"),
    ),
)
OVERVIEW = Section(
    "overview",
    _("Overview"),
    "search",
    (
        Entry(
            _("Hours"),
            "registrations:overview-hours",
            ("registrations:overview-",),
            selection="hours",
        ),
        Entry(_("Expenses"), "registrations:overview-expenses", selection="expenses"),
        Entry(_("Trips"), "registrations:overview-trips", selection="trips"),
        Entry(
            _("Approvals"),
            "registrations:approvals",
            ("registrations:approvals",),
            may_see=approvers,
            counter="approvals_count",
        ),
    ),
)
PROJECTS = Section(
    "projects",
    _("Projects"),
    "briefcase",
    (
        Entry(
            _("Projects"),
            "projects:project-list",
            ("projects:project-", "registrations:project-", "billing:project-"),
        ),
    ),
    may_see=managers,
)
FINANCE = Section(
    "finance",
    _("Finance"),
    "file-text",
    (
        Entry(_("Unbilled"), "billing:unbilled", ("billing:unbilled", "billing:invoicing-")),
        Entry(_("Invoices"), "billing:invoice-list", ("billing:invoice-",)),
        Entry(_("Reminders"), "billing:reminder-list", ("billing:reminder-",)),
        Entry(
            _("Bookings"),
            "billing:booking-list",
            ("billing:booking-", "billing:batch-", "billing:reconciliation", "billing:difference-"),
            counter="attention_count",
        ),
        Entry(_("Reports"), "billing:report-turnover", ("billing:report-",)),
    ),
    may_see=invoicers,
)
MANAGEMENT = Section(
    "management",
    _("Management"),
    "building-2",
    (
        Entry(
            _("Customers"),
            "customers:customer-list",
            ("customers:customer-", "privacy:customer-"),
        ),
        Entry(_("Projects"), "projects:project-list"),
        Entry(_("Tasks"), "projects:task-list", ("projects:task-",), may_see=price_managers),
        Entry(_("Expense categories"), "projects:category-list", ("projects:category-",)),
        Entry(_("Vehicles"), "projects:vehicle-list", ("projects:vehicle-",)),
        Entry(
            _("Employees"),
            "accounts:employee-list",
            (
                "accounts:employee-",
                "accounts:contract-",
                "registrations:rate",
                "privacy:employee-",
            ),
        ),
        Entry(
            _("Leave"),
            "registrations:leave-team",
            ("registrations:leave-team",),
            may_see=managers_of_all,
        ),
    ),
    may_see=managers,
)
SETTINGS = Section(
    "settings",
    _("Settings"),
    "settings",
    (
        Entry(_("Organisation"), "accounts:organisation-settings"),
        Entry(_("Data"), "privacy:organisation-data", ("privacy:organisation-",)),
        Entry(_("Invoices"), "billing:invoice-settings", ("billing:invoice-settings",)),
        Entry(_("Reminders"), "billing:reminder-settings", ("billing:reminder-settings",)),
        Entry(_("VAT rates"), "billing:vat-rate-list", ("billing:vat-rate-",)),
        Entry(_("Users"), "accounts:user-list", ("accounts:user-",)),
        Entry(_("Import"), "customers:import", ("customers:import", "imports:")),
        Entry(
            _("Integrations"),
            "integrations:integration-list",
            ("integrations:integration",),
        ),
        Entry("e-Boekhouden", "integrations:eboekhouden", ("integrations:eboekhouden",)),
        Entry(_("Audit log"), "audit:entry-list", ("audit:",)),
        Entry(_("System"), "operations:system", ("operations:system", "operations:jobs")),
    ),
    may_see=administrators,
)
BAR = (REGISTER, OVERVIEW, PROJECTS, FINANCE, MANAGEMENT)
SECTIONS = (*BAR, SETTINGS)

QUICK_CREATE = (
    Entry(_("Hours"), "registrations:hours", icon="clock"),
    Entry(_("Expense"), "registrations:expenses", icon="receipt"),
    Entry(_("Trip"), "registrations:trips", icon="car"),
    Entry(_("Customer"), "customers:customer-add", may_see=price_managers, icon="building-2"),
    Entry(_("Project"), "projects:project-add", may_see=price_managers, icon="briefcase"),
    Entry(_("Task"), "projects:task-add", may_see=price_managers, icon="list-checks"),
    Entry(_("Invoice"), "billing:invoice-new", may_see=invoicers, icon="file-text"),
)
PERSONAL = (
    Entry(_("My profile"), "accounts:profile", icon="user"),
    Entry(
        _("Change organisation"),
        "accounts:change-organisation",
        icon="arrow-left-right",
    ),
)


def all_entries() -> list[Entry]:
    """Return the entries of every menu."""
    in_sections = [entry for section in SECTIONS for entry in section.entries]
    return [*in_sections, *QUICK_CREATE, *PERSONAL]


def visible(entries: Iterable[Entry], *, membership: Membership | None) -> list[Entry]:
    """Return the entries that this member may see."""
    if membership is None:
        return []
    return [entry for entry in entries if entry.may_see(membership)]


def sections_for(membership: Membership | None) -> list[Section]:
    """Return the items of the bar that have a page for this member."""
    return [
        section
        for section in BAR
        if membership
        and section.may_see(membership)
        and visible(section.entries, membership=membership)
    ]


def location_of(view_name: str) -> tuple[Section, Entry] | tuple[None, None]:
    """Return section and entry of a page: by its exact name, else by the longest prefix."""
    entries = [(section, entry) for section in SECTIONS for entry in section.entries]
    matches = [(_fit(entry, view_name), -order) for order, (_s, entry) in enumerate(entries)]
    length, order = max(matches)
    return entries[-order] if length else (None, None)


def _fit(entry: Entry, view_name: str) -> int:
    if entry.url_name == view_name:
        return 1000
    return max((len(start) for start in entry.covers if view_name.startswith(start)), default=0)
