"""Columns that are remembered under a name, for the next file with the same headings.

They are kept per organisation and kind of file: the field of each column, how its texts are read,
and which names were answered with somebody or something that is here, or left out.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import Organisation
from lib.folding import fold

from .columns import carried
from .kinds import KINDS
from .models import ColumnMapping, FileImport
from .names import Names

# More names than this in a list are not found again; the one that was not used longest goes.
MOST = 50


def mappings_of(organisation: Organisation, kind: str) -> list[ColumnMapping]:
    """Return what is remembered for a kind of file, the last one used first; one query."""
    return list(ColumnMapping.objects.filter(organisation=organisation, kind=kind)[:MOST])


def recognised(
    organisation: Organisation, kind: str, headings: Sequence[str]
) -> ColumnMapping | None:
    """Return what is remembered for these very headings, in any order; of more the last used."""
    wanted = sorted(map(fold, headings))
    some = mappings_of(organisation, kind)
    return next((one for one in some if sorted(one.headings) == wanted), None)


def read_with(draft: FileImport, mapping: ColumnMapping) -> None:
    """Read the columns of a draft as they were read before; saves nothing.

    A column whose heading is not remembered keeps its guess, and must still be looked at.
    """
    known = {"", *(one.name for one in KINDS[draft.kind]().fields())}
    fields = carried(mapping.headings, mapping.mapping, draft.headings)
    fields = {place: name for place, name in fields.items() if name in known}
    for place, guessed in enumerate(draft.mapping):
        if place not in fields and guessed in fields.values():
            draft.mapping[place] = ""
    for place, name in fields.items():
        draft.mapping[place] = name
    draft.looked_at = sorted({*draft.looked_at, *fields})
    draft.readings = {**draft.readings, **mapping.readings}
    draft.answers = _merged(_living(draft, mapping.answers), draft.answers)
    draft.read_as = mapping
    draft.remember_as = draft.remember_as or mapping.name


def remember(draft: FileImport, *, now: datetime.datetime) -> None:
    """Keep the columns of a draft under the name that was typed, in place of what had it."""
    name = draft.remember_as
    if draft.read_as_id and draft.read_as:
        ColumnMapping.objects.filter(pk=draft.read_as_id).update(used_at=now)
    if not name:
        return
    mine = ColumnMapping.objects.filter(organisation=draft.organisation, kind=draft.kind)
    found = mine.filter(name__iexact=name).select_for_update().first()
    kept = found or ColumnMapping(organisation=draft.organisation, kind=draft.kind)
    kept.name, kept.used_at = name, now
    kept.headings = [fold(heading) for heading in draft.headings]
    kept.mapping, kept.readings = draft.mapping, draft.readings
    kept.answers = _merged(kept.answers, _to_remember(draft.answers))
    kept.save()
    kept_ids = mine.values_list("pk", flat=True)[:MOST]
    mine.exclude(pk__in=list(kept_ids)).delete()


def _to_remember(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that hold for the next file; what was new is known by its name then."""
    return {
        directory: {key: one for key, one in some.items() if "to" in one or "out" in one}
        for directory, some in answers.items()
    }


def _living(draft: FileImport, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers whose person, customer or project is still there."""
    kind = KINDS[draft.kind]()
    used = [name for name in kind.directories() if answers.get(name)]
    names = Names(draft.organisation, used, {})
    return {
        name: {
            key: one
            for key, one in answers[name].items()
            if "to" not in one or one["to"] in names.directories[name].labels
        }
        for name in used
    }


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of both by directory and name; of the same name the second."""
    return {name: {**first.get(name, {}), **second.get(name, {})} for name in {**first, **second}}
