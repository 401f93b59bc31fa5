"""How a cell of a file becomes a value: by the same clean as the form of that field.

Where a text has two readings, the other cells of its column decide; where they do not, the user is
asked once for the column.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from lib.amounts import AmbiguousAmount, AmountField, parse_amount
from lib.days import describe_day, read_day
from lib.folding import fold
from lib.formats import day as shown_day
from lib.tables import Cell
from lib.text import clean_line
from lib.times import AmbiguousTime, format_duration, parse_duration

DAY_FIRST, MONTH_FIRST = "day", "month"
POINT, COMMA = "point", "comma"
CLOCK, DECIMAL = "clock", "decimal"
_MARKS = {".": POINT, ",": COMMA}

_PARTS = re.compile(r"([0-9]{1,2})\s?([-/. ])\s?([0-9]{1,2})\s?\2\s?([0-9]{2}|[0-9]{4})")
_MIDNIGHT = re.compile(r"[ T]+0{1,2}:00(?::00(?:\.0+)?)?$")
_POINT_TIME = re.compile(r"[0-9]{0,2}\.([0-9]+)")
_SIGNED = re.compile(r"([.,])([0-9]+)$")


@dataclass(frozen=True)
class Decision:
    """How a column is read. `options` are readings with their labels, if it is asked.

    `reading` is empty if the question was not answered yet.
    """

    reading: str = ""
    options: tuple[tuple[str, str], ...] = ()
    example: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.options) and not self.reading


def text_of(cell: Cell) -> str:
    """Return the cell as a text; a number has a comma, which can be read in one way only."""
    return str(cell) if isinstance(cell, str) else f"{cell:f}".replace(".", ",")


class Reader:
    """Reads the cells of a field."""

    # Whether nearly every cell is another text, so that keeping what was read is of no use.
    is_free = False

    def decide(self, cells: Iterable[Cell], *, answer: str = "") -> Decision:
        """Return how the cells of a column are read; `answer` is what the user chose."""
        return Decision()

    def read(self, cell: Cell, reading: str) -> Any:
        """Return the value. Raises ValidationError with what to type."""
        raise NotImplementedError

    def fits(self, cell: Cell) -> bool:
        """Whether the cell looks like this field, for a guess by contents."""
        return False

    def shown(self, value: Any) -> str:
        """Return the value as the preview shows it."""
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Text(Reader):
    """A text, cleaned by a form field."""

    is_free = True

    field: Any

    def read(self, cell: Cell, reading: str) -> Any:
        text = cell if isinstance(cell, str) else f"{cell:f}"
        return self.field.clean(text)


class Address(Text):
    """An e-mail address."""

    def fits(self, cell: Cell) -> bool:
        return isinstance(cell, str) and "@" in cell and "." in cell.rpartition("@")[2]


class Name(Reader):
    """A name that is looked up: a person, a project, a task."""

    def read(self, cell: Cell, reading: str) -> Any:
        return clean_line(cell if isinstance(cell, str) else f"{cell:f}")


class Day(Reader):
    """A date. In numbers with day and month in any order, the column has one order."""

    def decide(self, cells: Iterable[Cell], *, answer: str = "") -> Decision:
        day_first = month_first = False
        doubtful = ""
        for cell in cells:
            found = _PARTS.fullmatch(_without_midnight(cell))
            if not found:
                continue
            first, second = int(found[1]), int(found[3])
            day_first = day_first or first > 12 >= second
            month_first = month_first or second > 12 >= first
            if first <= 12 and second <= 12 and first != second:
                doubtful = doubtful or found[0]
        if day_first != month_first or not doubtful:
            is_month_first = month_first and not day_first
            return Decision(MONTH_FIRST if is_month_first else DAY_FIRST)
        options = tuple(
            (reading, self._described(doubtful, reading)) for reading in (DAY_FIRST, MONTH_FIRST)
        )
        return Decision(answer, options, doubtful)

    def read(self, cell: Cell, reading: str) -> Any:
        text = _without_midnight(cell)
        if found := _PARTS.fullmatch(text):
            one, other = (found[3], found[1]) if reading == MONTH_FIRST else (found[1], found[3])
            text = f"{one}-{other}-{found[4]}"
        try:
            understood = read_day(text, today=timezone.localdate())
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if not found and not understood.is_certain:
            sentence = _("“%(text)s” can mean %(day)s. Type the whole date, such as 28-11-2026.")
            named = {"text": text, "day": describe_day(understood.day)}
            raise ValidationError(sentence % named)
        return understood.day

    def fits(self, cell: Cell) -> bool:
        text = _without_midnight(cell)
        return bool(_PARTS.fullmatch(text) or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text))

    def shown(self, value: Any) -> str:
        return shown_day(value) if value else ""

    def _described(self, text: str, reading: str) -> str:
        try:
            return describe_day(self.read(text, reading))
        except ValidationError as error:
            return " ".join(error.messages)


def _without_midnight(cell: Cell) -> str:
    """Return the text of a day, to which spreadsheets add the time 0:00."""
    return _MIDNIGHT.sub("", clean_line(text_of(cell)))


@dataclass(frozen=True)
class Amount(Reader):
    """An amount, a quantity or a whole number, read by its form field."""

    field: AmountField

    def decide(self, cells: Iterable[Cell], *, answer: str = "") -> Decision:
        signs: set[str] = set()
        doubtful: AmbiguousAmount | None = None
        example = ""
        for text in dict.fromkeys(cell for cell in cells if isinstance(cell, str)):
            try:
                parse_amount(text, decimals=4)
            except AmbiguousAmount as error:
                example = example or text
                doubtful = doubtful or error
            except ValueError:
                continue
            else:
                signs |= _decimal_sign(text)
        if doubtful is None or len(signs) == 1:
            return Decision(signs.pop() if len(signs) == 1 else "")
        at = _MARKS[doubtful.mark]
        other = COMMA if at == POINT else POINT
        options = ((other, _number(doubtful.thousands)), (at, _number(doubtful.fraction)))
        return Decision(answer, options, example)

    def read(self, cell: Cell, reading: str) -> Any:
        if isinstance(cell, str):
            try:
                return self.field.clean(cell)
            except ValidationError:
                plain = self._as_read(cell, reading)
                if plain is None:
                    raise
                return self.field.clean(plain)
        # A number of a workbook: its decimals are counted as those of a typed one.
        return self.field.clean(f"{_with_four_decimals(cell)}")

    def _as_read(self, text: str, reading: str) -> str | None:
        """Return a text with two readings so that it has the one of the column."""
        try:
            parse_amount(text, decimals=self.field.decimals)
        except AmbiguousAmount as error:
            if not reading:
                return None
            is_decimal = _MARKS[error.mark] == reading
            return _with_four_decimals(error.fraction) if is_decimal else f"{error.thousands:f}"
        except ValueError:
            return None
        return None

    def fits(self, cell: Cell) -> bool:
        return isinstance(cell, Decimal)

    def shown(self, value: Any) -> str:
        return _number(value) if isinstance(value, Decimal) else super().shown(value)


def _with_four_decimals(number: Decimal) -> str:
    """Return a text in which three decimals are no thousands: 1,1250."""
    if number == number.to_integral_value():
        return f"{number:.0f}"
    rounded = number.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP).normalize()
    text = f"{rounded:f}".replace(".", ",")
    return f"{text}0" if len(text.partition(",")[2]) == 3 else text


def _decimal_sign(text: str) -> set[str]:
    """Return which sign this text certainly has before its decimals."""
    found = _SIGNED.search(clean_line(text))
    if not found:
        return set()
    if len(found[2]) == 3 and not ("." in text and "," in text):
        return {COMMA if found[1] == "." else POINT}  # 1.234.567 has points for thousands
    return {POINT if found[1] == "." else COMMA}


def _number(value: Decimal) -> str:
    return number_format(value, use_l10n=True, force_grouping=True)


class Duration(Reader):
    """A duration in minutes; `7.30` is a clock or a decimal, for the whole column."""

    def __init__(self, parse: Any = parse_duration) -> None:
        self.parse = parse

    def decide(self, cells: Iterable[Cell], *, answer: str = "") -> Decision:
        doubtful, is_decimal = "", False
        readings: tuple[str, ...] = ()
        for text in dict.fromkeys(cell for cell in cells if isinstance(cell, str)):
            try:
                self.parse(text)
            except AmbiguousTime as error:
                if not doubtful and _POINT_TIME.match(clean_line(text)):
                    doubtful, readings = text, error.readings
            except ValueError:
                continue
            else:
                found = _POINT_TIME.fullmatch(clean_line(text))
                is_decimal = is_decimal or bool(found and _is_no_clock(found[1]))
        if not doubtful or is_decimal:
            return Decision(DECIMAL if is_decimal else "")
        options = tuple(zip((CLOCK, DECIMAL), readings, strict=True))
        return Decision(answer, options, doubtful)

    def read(self, cell: Cell, reading: str) -> Any:
        text = text_of(cell)
        try:
            return self.parse(text)
        except AmbiguousTime as error:
            if not reading or "." not in text:
                raise ValidationError(str(error)) from None
            return self.parse(text.replace(".", ":" if reading == CLOCK else ","))
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def fits(self, cell: Cell) -> bool:
        return isinstance(cell, str) and bool(re.fullmatch(r"[0-9]{1,2}:[0-5][0-9]", cell))

    def shown(self, value: Any) -> str:
        return format_duration(value)


def _is_no_clock(digits: str) -> bool:
    return len(digits) != 2 or int(digits) > 59


@dataclass(frozen=True)
class Typed(Reader):
    """A value that a form field reads and that `show` shows."""

    field: forms.Field
    show: Any = str

    def read(self, cell: Cell, reading: str) -> Any:
        return self.field.clean(text_of(cell))

    def shown(self, value: Any) -> str:
        return "" if value is None else str(self.show(value))


@dataclass(frozen=True)
class Choice(Reader):
    """One of some values, each with the words for it; words are compared folded."""

    words: Mapping[Any, tuple[str, ...]]
    labels: Mapping[Any, Any] = field(default_factory=dict)

    def read(self, cell: Cell, reading: str) -> Any:
        typed = fold(clean_line(cell if isinstance(cell, str) else f"{cell:f}"))
        for value, words in self.words.items():
            label = fold(str(self.labels.get(value, "")))
            if typed in (*words, label, str(value).lower()):
                return value
        known = ", ".join(str(self.labels.get(one, one)) for one in self.words)
        sentence = _("“%(text)s” is not known here. Type one of these: %(known)s.")
        raise ValidationError(sentence % {"text": cell, "known": known})

    def shown(self, value: Any) -> str:
        return str(self.labels.get(value, value)) if value is not None else ""


def flag(yes: Any, no: Any) -> Choice:
    """Return a reader for yes or no."""
    words = {
        True: ("ja", "j", "yes", "y", "true", "waar", "1", "x"),
        False: ("nee", "n", "no", "false", "onwaar", "0", "-"),
    }
    return Choice(words, {True: yes, False: no})
