"""Take what the user answered on the page of the columns; what is not posted stays as it is."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.forms.people import LONGEST_EMAIL
from lib.choices import chosen_id
from lib.form_fields import AddressField
from lib.tables import Unreadable
from lib.text import clean_text

from .kinds import KINDS
from .models import ColumnMapping, FileImport, NewStatus
from .names import CREATABLE, Names
from .remembering import read_with
from .sources import forget_name, guess_again, read_again

MOST_TEXT = 10_000
SAVED = (
    "mapping", "looked_at", "readings", "answers", "corrections", "status", "adds_tasks",
    "leaves_out_errors", "remember_as", "read_as", "confirmed_days",
)  # fmt: skip


def take_answers(draft: FileImport, posted: QueryDict) -> list[str]:
    """Store the answers of a posted page; return sentences about those that were refused.

    Where another sheet or other remembered columns were chosen, the rest of the page was about
    columns that are not there any more: of that, only the names hold.
    """
    sheet = str(posted.get("sheet", draft.sheet))
    if sheet != draft.sheet and sheet in draft.sheets:
        try:
            read_again(draft, sheet=sheet)
        except Unreadable as reason:
            return [str(reason)]
        return []
    if _take_remembered(draft, posted):
        return []
    before = list(draft.mapping)
    _take_mapping(draft, posted)
    for name, value in _named(posted, "reading:"):
        draft.readings[name] = value[:10]
    # A correction belongs to a field; where the mapping changed, the page showed another one.
    if draft.mapping == before:
        _take_corrections(draft, posted)
    refused = _take_names(draft, posted) + _take_name(draft, posted)
    if posted.get("status") in NewStatus.values:
        draft.status = str(posted["status"])
    if "has_options" in posted:
        draft.adds_tasks = "adds_tasks" in posted
        draft.confirmed_days = str(posted.get("future", ""))[:24]
    if "has_errors" in posted:
        draft.leaves_out_errors = "leaves_out_errors" in posted
    draft.save(update_fields=SAVED)
    return refused


def _take_remembered(draft: FileImport, posted: QueryDict) -> bool:
    """Read the columns as remembered ones that were chosen, or guess them; whether they differ."""
    if "read_as" not in posted:
        return False
    chosen = chosen_id(str(posted["read_as"]))
    if chosen == (draft.read_as_id or 0):
        return False
    mine = ColumnMapping.objects.filter(organisation=draft.organisation, kind=draft.kind)
    mapping = mine.filter(pk=chosen).first()
    if chosen and mapping is None:
        return False
    forget_name(draft)
    guess_again(draft)
    if mapping is not None:
        read_with(draft, mapping)
    draft.corrections = {}
    draft.save(update_fields=SAVED)
    return True


def _take_name(draft: FileImport, posted: QueryDict) -> list[str]:
    """Take the name to remember the columns under."""
    if "remember_as" not in posted:
        return []
    field: Any = FileImport._meta.get_field("remember_as")
    try:
        draft.remember_as = field.clean(posted["remember_as"], draft)
    except ValidationError:
        text = _("A name for these columns has at most %(count)d characters. Shorten it.")
        return [text % {"count": field.max_length}]
    return []


def _named(posted: QueryDict, start: str) -> Iterator[tuple[str, str]]:
    for name in posted:
        if name.startswith(start):
            yield name.removeprefix(start), str(posted[name])


def _take_mapping(draft: FileImport, posted: QueryDict) -> None:
    """Take the fields of the columns; of two columns with one field the later choice wins."""
    fields = {one.name for one in KINDS[draft.kind]().fields()}
    before, looked_at = list(draft.mapping), set(draft.looked_at)
    for place in range(len(draft.mapping)):
        chosen = posted.get(f"column:{place}")
        if chosen is None or (chosen and chosen not in fields):
            continue
        if chosen != before[place]:
            looked_at.add(place)
            for other, name in enumerate(draft.mapping):
                if chosen and name == chosen and other != place:
                    draft.mapping[other] = ""
            draft.mapping[place] = chosen
        elif str(place) in posted.getlist("right"):
            looked_at.add(place)
    draft.looked_at = sorted(looked_at)


def _take_corrections(draft: FileImport, posted: QueryDict) -> None:
    for name, text in _named(posted, "cell:"):
        row, _colon, field = name.partition(":")
        if field not in draft.mapping or not chosen_id(row):
            continue
        shown = posted.get(f"was:{name}", "")
        cleaned = clean_text(text[:MOST_TEXT])
        if cleaned != shown:
            draft.corrections.setdefault(row, {})[field] = cleaned


def _take_names(draft: FileImport, posted: QueryDict) -> list[str]:
    """Take what unknown names are; return sentences about answers that cannot be taken."""
    kind = KINDS[draft.kind]()
    directories = kind.directories()
    names: Names | None = None
    refused = []
    for name, choice in _named(posted, "name:"):
        directory, _colon, key = name.partition(":")
        if directory not in directories or not key:
            continue
        names = names or Names(draft.organisation, directories, {})
        try:
            answer = _answer(name, choice, posted, names, directory)
        except ValidationError as error:
            refused += error.messages
            continue
        some = draft.answers.setdefault(directory, {})
        if answer:
            some[key] = answer
        else:
            some.pop(key, None)
    return refused


def _answer(
    name: str, choice: str, posted: QueryDict, names: Names, directory: str
) -> dict[str, Any]:
    """Return the answer that a choice is; empty for none. Raises ValidationError."""
    if choice == "out":
        return {"out": True}
    if choice == "new" and directory in CREATABLE:
        return {"new": _email(posted.get(f"email:{name}", "")) if directory == "employee" else ""}
    if choice == "other":
        return _other(posted.get(f"other:{name}", ""), names, directory)
    pk = chosen_id(choice.removeprefix("to:"))
    return {"to": pk} if pk in names.directories[directory].labels else {}


def _other(text: str, names: Names, directory: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    ids = names.directories[directory].ids(text.strip())
    if len(ids) != 1:
        sentence = _("“%(text)s” is not the name of one of them. Type it as it is known here.")
        raise ValidationError(sentence % {"text": text.strip()})
    return {"to": ids.pop()}


def _email(text: str) -> str:
    if not text.strip():
        raise ValidationError(_("Type the e-mail address of the new employee, then choose new."))
    email: str = AddressField(max_length=LONGEST_EMAIL).clean(text)
    return email.lower()
