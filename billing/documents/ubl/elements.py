"""Elements of UBL. Empty elements are left out, because SI-UBL 2.0 forbids them."""

import datetime
import re
from decimal import Decimal
from typing import TypeAlias

from lxml import etree

COMMON = "urn:oasis:names:specification:ubl:schema:xsd:Common"
BASIC = f"{COMMON}BasicComponents-2"
AGGREGATE = f"{COMMON}AggregateComponents-2"
CURRENCY = "EUR"
# Characters that XML 1.0 forbids, even escaped.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element: TypeAlias = etree._Element
Part: TypeAlias = Element | None


def root_element(name: str, *parts: Part) -> Element:
    """Return the root: an `Invoice` or a `CreditNote`."""
    own = f"urn:oasis:names:specification:ubl:schema:xsd:{name}-2"
    return _filled(f"{{{own}}}{name}", parts, {None: own, "cac": AGGREGATE, "cbc": BASIC})


def cac(name: str, *parts: Part) -> Part:
    """Return a group; None if it has no parts."""
    filled = _filled(f"{{{AGGREGATE}}}{name}", parts, {"cac": AGGREGATE})
    return filled if len(filled) else None


def cbc(name: str, text: str, **attributes: str) -> Part:
    """Return a value; None if it is empty."""
    cleaned = FORBIDDEN.sub("", text).strip()
    if not cleaned:
        return None
    element = etree.Element(f"{{{BASIC}}}{name}", attributes, {"cbc": BASIC})
    element.text = cleaned
    return element


def cbc_amount(name: str, value: Decimal) -> Part:
    """Return an amount in euros, with two decimals."""
    return cbc(name, figure(value), currencyID=CURRENCY)


def cbc_date(name: str, value: datetime.date | None) -> Part:
    return cbc(name, value.isoformat() if value else "")


def figure(value: Decimal) -> str:
    """Format with two decimals, without a negative zero."""
    return f"{value + 0:.2f}"


def plain(value: Decimal) -> str:
    """Format with as few decimals as possible: 21, 5.5."""
    written = f"{value + 0:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _filled(tag: str, parts: tuple[Part, ...], names: dict[str | None, str]) -> Element:
    element = etree.Element(tag, {}, names)
    element.extend(part for part in parts if part is not None)
    return element
