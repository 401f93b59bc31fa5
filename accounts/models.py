"""Organisations, people and their roles. Rows of other tables belong to an organisation."""

from collections.abc import Iterator
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audit.changes import KeepsLoaded
from lib.erased import ERASED
from lib.model_fields import AddressField, LineField, SmallWholeNumberField
from lib.rounding import NOT_ROUNDED, STEPS, RoundingFields
from lib.text import search_words

ONLY_HEX = RegexValidator(r"^#[0-9A-Fa-f]{6}$", _("Use a colour such as #6559D2."))


class Language(models.TextChoices):
    """The languages of pages, mails and invoices."""

    ENGLISH = "en", _("English")
    DUTCH = "nl", _("Dutch")


def full_name(first_name: str, last_name: str, email: str) -> str:
    """Return the name of a person; the e-mail address if they have none."""
    return f"{first_name} {last_name}".strip() or email


class HolidayCountry(models.TextChoices):
    """The country whose public holidays are days without expected hours."""

    NETHERLANDS = "NL", _("The Netherlands")
    BELGIUM = "BE", _("Belgium")
    NONE = "", _("None: every day of the contract is a working day")


class UserManager(BaseUserManager["User"]):
    """The manager of users. The e-mail address, in lower case, is the login name."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can log in. Rights depend on the organisation: see Membership."""

    email = AddressField(_("e-mail address"), unique=True)
    first_name = LineField(_("first name"), max_length=60)
    last_name = LineField(_("last name"), max_length=80, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.ENGLISH
    )
    is_active = models.BooleanField(_("may log in"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # Part of what a session is checked against: an increment ends all sessions of this person.
    login_generation = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name"]

    class Meta:
        ordering = ["first_name", "last_name"]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return full_name(self.first_name, self.last_name, self.email)

    @property
    def initials(self) -> str:
        names = f"{self.first_name} {self.last_name}".split()
        return "".join(name[0] for name in (names[:1] + names[-1:] if names[1:] else names)).upper()

    @property
    def is_invited(self) -> bool:
        """True if the person has not chosen a password yet."""
        return not self.has_usable_password() and not self.is_erased

    @property
    def is_erased(self) -> bool:
        """True if the person was erased: the name is a pseudonym, and nobody logs in again."""
        return self.email.endswith(ERASED)

    @cached_property
    def active_memberships(self) -> "list[Membership]":
        """The active memberships, the oldest first; the person of a request has them loaded."""
        return list(self.memberships.of_request())

    def get_session_auth_hash(self) -> str:
        """Return what a session must match; it changes with the password and the generation."""
        return f"{self.login_generation}-{super().get_session_auth_hash()}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same hash under each older secret key."""
        for fallback in super().get_session_auth_fallback_hash():
            yield f"{self.login_generation}-{fallback}"


class Organisation(KeepsLoaded, RoundingFields):
    """An agency: the tenant. Every read of its data starts at an organisation."""

    name = LineField(_("name"), max_length=100)
    address = LineField(_("street and number"), max_length=150, blank=True)
    postal_code = LineField(_("postal code"), max_length=20, blank=True)
    city = LineField(_("city"), max_length=50, blank=True)
    country = models.CharField(_("country"), max_length=2, default="NL")
    email = AddressField(_("e-mail address"), blank=True)
    phone = LineField(_("phone"), max_length=30, blank=True)
    website = LineField(_("website"), max_length=100, blank=True)
    coc_number = LineField(_("Chamber of Commerce number"), max_length=8, blank=True)
    vat_number = LineField(_("VAT number"), max_length=14, blank=True)
    iban = LineField(_("IBAN"), max_length=34, blank=True)
    bic = LineField(_("BIC"), max_length=11, blank=True)
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    theme_colour = models.CharField(
        _("colour"), max_length=7, default="#6559D2", validators=[ONLY_HEX]
    )
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.DUTCH
    )
    closed_until = models.DateField(
        _("books closed until"),
        null=True,
        blank=True,
        help_text=_("Nothing can be dated on or before this day. Empty: everything is open."),
    )
    refuses_overlapping_times = models.BooleanField(
        _("refuse overlapping times"),
        default=False,
        db_default=False,
        help_text=_("Hours of one person with a start and an end. If off, only a remark is made."),
    )
    requires_description = models.BooleanField(
        _("require a description of hours"),
        default=False,
        db_default=False,
        help_text=_("Hours without a description are refused, wherever they are registered."),
    )
    holiday_country = models.CharField(
        _("holidays of"),
        max_length=2,
        choices=HolidayCountry,
        default=HolidayCountry.NETHERLANDS,
        db_default=HolidayCountry.NETHERLANDS,
        blank=True,
        help_text=_("No hours are expected on these days."),
    )
    allows_own_approval = models.BooleanField(
        _("people may approve their own registrations"),
        default=False,
        db_default=False,
        help_text=_("Who has nobody beside them always may."),
    )
    billable_target = SmallWholeNumberField(
        _("target of the billable share (%)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("A line in the plot of the agency. Empty: no line."),
    )
    # The rule for hours on projects without a rule of their own.
    rounding_step = models.PositiveSmallIntegerField(
        _("round billed hours to"),
        choices=STEPS,
        default=NOT_ROUNDED,
        db_default=NOT_ROUNDED,
        help_text=_("The worked time stays beside it. A project can have a rule of its own."),
    )
    requires_second_factor = models.BooleanField(
        _("require a second factor"),
        default=False,
        db_default=False,
        help_text=_("Of who may invoice or administer. Who has none sets it up before going on."),
    )
    keeps_ten_years = models.BooleanField(
        _("keep the books for ten years"),
        default=False,
        db_default=False,
        help_text=_("For real estate (art. 34a of the VAT Act). Otherwise seven years hold."),
    )
    members = models.ManyToManyField(User, through="Membership", related_name="organisations")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Nothing is written from then on; an administrator can reopen it for a while.
    closed_at = models.DateTimeField(null=True, editable=False)
    # When that while was over: nobody has access any more, and only the books are kept.
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class Role(models.TextChoices):
    """The role of a person in an organisation."""

    ADMINISTRATOR = "administrator", _("Administrator")
    PROJECT_MANAGER = "project_manager", _("Project manager")
    EMPLOYEE = "employee", _("Employee")


# Relations of a member that every page shows.
SHOWN_OF_MEMBER = ["organisation"]


def load_with_membership(*relations: str) -> None:
    """Read these relations of the member with it: an app says so for what the bar shows."""
    SHOWN_OF_MEMBER.extend(one for one in relations if one not in SHOWN_OF_MEMBER)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Queries on memberships."""

    def active(self) -> Self:
        return self.filter(is_active=True)

    def active_or_invited(self) -> Self:
        return self.filter(models.Q(is_active=True) | models.Q(awaits_consent=True))

    def of_request(self) -> Self:
        """Filter the active ones with all that every page shows of a member, in one query."""
        return self.active().select_related("user", *SHOWN_OF_MEMBER).order_by("pk")

    def able_to_administrate(self) -> Self:
        """Filter the administrators who can log in, because they chose a password."""
        return self.active().filter(
            ~models.Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX),
            role=Role.ADMINISTRATOR,
            user__is_active=True,
        )

    def matching(self, text: str) -> Self:
        """Filter the memberships with every word in the name or the e-mail address."""
        found = self
        for word in search_words(text):
            found = found.filter(
                models.Q(user__first_name__icontains=word)
                | models.Q(user__last_name__icontains=word)
                | models.Q(user__email__icontains=word)
            )
        return found


class Membership(models.Model):
    """A person's employment in an organisation, with a role and a rate."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.EMPLOYEE)
    may_invoice = models.BooleanField(
        _("may see and create invoices"),
        default=False,
        help_text=_("Also Unbilled, and everything that is booked in e-Boekhouden."),
    )
    # The rights below are those of a project manager. An administrator always has them, an
    # employee never.
    manages_all_projects = models.BooleanField(
        _("manages all projects"),
        default=True,
        db_default=True,
        help_text=_("If off, only the projects of which this person is project manager."),
    )
    may_see_amounts = models.BooleanField(
        _("may see amounts"),
        default=True,
        db_default=True,
        help_text=_("Rates, prices and what registrations are worth."),
    )
    may_register_for_others = models.BooleanField(
        _("may register for others"),
        default=True,
        db_default=True,
        help_text=_("Also change what others registered."),
    )
    may_approve = models.BooleanField(
        _("may approve"),
        default=True,
        db_default=True,
        help_text=_("Approve and reject what others submitted."),
    )
    hourly_rate = models.DecimalField(
        _("hourly rate"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In euros excl. VAT, for projects billed by employee rate."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Of a person who has an account already: inactive until they accept the invitation.
    awaits_consent = models.BooleanField(default=False, db_default=False, editable=False)
    # Who logged in before this moment must log in again to enter the organisation.
    sessions_end_before = models.DateTimeField(null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user__first_name", "user__last_name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="unique_membership")
        ]

    def __str__(self) -> str:
        """Return the name; of somebody who has not accepted yet, what the inviter typed."""
        return self.user.email if self.awaits_consent else str(self.user)

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def is_manager(self) -> bool:
        """Return whether the member is a project manager or an administrator."""
        return self.role in (Role.ADMINISTRATOR, Role.PROJECT_MANAGER)

    @property
    def is_invoicer(self) -> bool:
        """Return whether the member may see and create invoices, and book them in e-Boekhouden."""
        return self.is_administrator or self.may_invoice

    @property
    def is_manager_of_all(self) -> bool:
        """Return whether the member manages every project; other managers only their own."""
        return self._has("manages_all_projects")

    @property
    def sees_amounts(self) -> bool:
        """Return whether the member sees rates, prices and amounts."""
        return self.is_invoicer or self._has("may_see_amounts")

    @property
    def sees_agency(self) -> bool:
        """Return whether the member opens the figures of the whole agency."""
        return self.is_invoicer or (self.is_manager_of_all and self.sees_amounts)

    @property
    def registers_for_others(self) -> bool:
        """Return whether the member adds and changes what others worked, on the projects seen."""
        return self._has("may_register_for_others")

    @property
    def approves(self) -> bool:
        """Return whether the member approves and rejects, on the projects seen."""
        return self._has("may_approve")

    @cached_property
    def has_colleagues(self) -> bool:
        """Return whether others are active in the organisation; one query for each object."""
        return self.organisation.memberships.active().exclude(pk=self.pk).exists()

    def _has(self, right: str) -> bool:
        """Return whether the member has a right of managers; administrators have them all."""
        is_manager = self.role == Role.PROJECT_MANAGER
        return self.is_administrator or (is_manager and bool(getattr(self, right)))


class AccountMail(models.Model):
    """A mail about an account that waits to be sent; deleted once it was.

    It is written when it is sent, so that a link in it is nowhere before.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    to = models.CharField(max_length=254)
    kind = models.CharField(max_length=40)
    details = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# The most minutes that a contract has on a day.
MOST_A_DAY = 24 * 60


def _minutes(label: Any, default: int) -> Any:
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MaxValueValidator(MOST_A_DAY)]
    )


class Contract(KeepsLoaded):
    """What somebody works on each weekday, in minutes, from a day on.

    It holds until the next contract of the person starts. Before the first one, and without one,
    nothing is expected.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="contracts")
    starts_on = models.DateField(_("from"))
    monday = _minutes(_("Monday"), 480)
    tuesday = _minutes(_("Tuesday"), 480)
    wednesday = _minutes(_("Wednesday"), 480)
    thursday = _minutes(_("Thursday"), 480)
    friday = _minutes(_("Friday"), 480)
    saturday = _minutes(_("Saturday"), 0)
    sunday = _minutes(_("Sunday"), 0)

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "starts_on"], name="unique_contract_of_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.starts_on}"

    @property
    def minutes(self) -> tuple[int, ...]:
        """The minutes of each weekday, from Monday."""
        return tuple(getattr(self, name) for name in WEEKDAYS)

    @property
    def minutes_a_week(self) -> int:
        return sum(self.minutes)
