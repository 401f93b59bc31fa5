"""Undocumented behaviour of the service as switches, each with a safe default."""

import dataclasses
from dataclasses import dataclass, field
from datetime import date


def one_of(default, *others):
    return field(default=default, metadata={"choices": (default, *others)})


@dataclass
class Switches:
    """Switches that the next request uses; an impossible value raises ValueError."""

    # answers
    dotted_codes: bool = True
    success_error: str = one_of("empty", "absent", "blank", "bare")
    empty_strings: str = one_of("empty", "absent")
    empty_lists: str = one_of("empty", "absent")
    # a control character at the end of every text of every answer
    stray_characters: str = one_of("none", "references", "raw")
    # windows-1252 without saying so
    answer_encoding: str = one_of("utf-8", "utf-8-bom", "utf-16", "iso-8859-1", "windows-1252")
    missing_filter: str = one_of("empty", "fault")
    # sessions and credentials
    session_idle_seconds: int = 20 * 60
    session_total_seconds: int = 0  # 0: only idle sessions expire
    parallel_sessions: bool = True
    braces_required: bool = False
    accountant: bool = False
    user_has_rights: bool = True
    administration_found: bool = True
    unable_to_verify: bool = False
    # limits
    daily_quota: int = 10_000
    monthly_quota: int = 5_000
    max_request_bytes: int = 4 * 1024 * 1024
    # relations
    unique_relation: bool = True
    # tolerant: capitals and outer blanks of a relation code make no difference
    codes_compared: str = one_of("exact", "tolerant")
    relation_fields_required: bool = True
    absent_on_update: str = one_of("keep", "clear")
    contact_max: int = 50
    email_max: int = 50
    # invoices and entries
    unique_invoice: bool = True
    unique_mutation: bool = True
    templates: list = field(default_factory=lambda: ["Factuursjabloon", "Factuur NL"])
    assign_numbers: str = "F{:05d}"
    term_zero_allowed: bool = False
    quantity_decimals: int = 2
    price_decimals: int = 2
    too_long: str = one_of("fault", "cut")
    empty_vat_code: str = one_of("CFACT038", "CFACT041")
    vat_mismatch_code: str = one_of("CMUT010.1", "CMUT011")
    vat_tolerance_cents: int = 1
    vat_rounded: str = one_of("rate", "line")
    closed_until: str = ""  # a date, YYYY-MM-DD; that day itself is closed too
    # reading
    invoices_cap: int = 0  # 0: none is documented
    filter: str = one_of("exact", "prefix", "contains")
    entries_cap: int = 500
    entries_kept: str = one_of("newest", "oldest")
    entries_order: str = one_of("ascending", "descending")
    entries_filter_first: bool = True
    balance_until_inclusive: bool = True
    # time
    visibility_lag_ms: int = 0
    apply_delay_ms: int = 0

    def __setattr__(self, name, value):
        described = type(self).__dataclass_fields__.get(name)
        if described is None:
            raise ValueError(f"There is no switch called {name!r}.")
        object.__setattr__(self, name, _checked(described, value))

    def change(self, values):
        """Set several switches together, or none of them if one value is impossible."""
        trial = dataclasses.replace(self)
        for name, value in values.items():
            setattr(trial, name, value)
        for name in values:
            setattr(self, name, getattr(trial, name))

    def as_dict(self):
        return dataclasses.asdict(self)

    def reset(self):
        self.change(Switches().as_dict())

    def changed(self):
        """Return the switches that differ from their default."""
        defaults = Switches().as_dict()
        return {name: value for name, value in self.as_dict().items() if value != defaults[name]}

    def is_closed(self, day):
        return bool(self.closed_until) and day <= date.fromisoformat(self.closed_until)

    def number(self, counter):
        return self.assign_numbers.format(counter)


def _checked(described, value):
    choices = described.metadata.get("choices")
    if choices and value not in choices:
        raise ValueError(f"{described.name} is one of {', '.join(choices)}.")
    if described.type is bool and not isinstance(value, bool):
        raise ValueError(f"{described.name} is true or false.")
    if described.type is int and (isinstance(value, bool) or not isinstance(value, int)):
        raise ValueError(f"{described.name} is a whole number.")
    if described.type is int and value < 0:
        raise ValueError(f"{described.name} is not negative.")
    if described.type in (str, list) and not isinstance(value, described.type):
        raise ValueError(f"{described.name} is a {described.type.__name__}.")
    if described.name == "closed_until" and value:
        date.fromisoformat(value)
    if described.name == "assign_numbers" and value.format(1) == value.format(2):
        raise ValueError("assign_numbers has a place for the counter, as in F{:05d}.")
    return value
