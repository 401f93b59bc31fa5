"""The PDF of a time sheet: A4 portrait, in the language that was chosen."""

import datetime
import json
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from accounts.models import Organisation
from lib.formats import day

from ..time_sheet import (
    Line,
    TimeSheet,
    by_day,
    figure_heads,
    figures_of,
    heads,
    period_name,
)
from .drawing import TEMPLATES, logo_of
from .glyphs import drawable
from .typefaces import typefaces

# More are no document that somebody signs; there is the workbook.
MOST_ROWS = 5_000


def time_sheet_pdf(sheet: TimeSheet, *, language: str, now: datetime.datetime) -> bytes:
    """Return the time sheet as PDF."""
    with override(language):
        content = drawable(_content(sheet, language, now.date()))
    content["logo"] = logo_of(sheet.customer.organisation)
    made = typst.compile(
        str(TEMPLATES / "time_sheet.typ"),
        root=str(TEMPLATES),
        font_paths=typefaces(),
        ignore_system_fonts=True,
        sys_inputs={"content": json.dumps(content)},
        timestamp=int(now.timestamp()),
    )
    return bytes(made)


def _content(sheet: TimeSheet, language: str, today: datetime.date) -> dict[str, Any]:
    organisation, customer = sheet.customer.organisation, sheet.customer
    projects = sheet.projects()
    period = period_name(sheet.first, sheet.last)
    named = ", ".join(name for name, _reference in projects)
    total = sheet.total()
    title = _("Time sheet")
    parts = [f"{title} {customer.name}", *([named] if len(projects) == 1 else []), period]
    return {
        "lang": language,
        "accent": organisation.theme_colour,
        "issuer": organisation.name,
        "issuer_lines": _issuer_lines(organisation),
        "product": settings.PRODUCT_NAME,
        "title": title,
        "meta": [list(pair) for pair in _meta(sheet, projects, named, period)],
        "columns": list(sheet.columns),
        "heads": heads(sheet),
        "figures": len(figure_heads(sheet)),
        "rows": _rows(sheet),
        "total": [_("Total"), *figures_of(total, sheet)],
        "task_heads": [_("Per task"), *figure_heads(sheet)],
        "tasks": [[one.name, *figures_of(one, sheet)] for one in sheet.by_task()],
        "signatures": _signatures(sheet) if sheet.with_signature else [],
        "sign": [_("Signature"), _("Date")],
        "foot": " · ".join(parts),
        "made": _("Made on %(day)s") % {"day": day(today)},
        "page": [pgettext("time sheet", "page"), _("of")],
    }


def _issuer_lines(organisation: Organisation) -> list[str]:
    city = f"{organisation.postal_code} {organisation.city}".strip()
    numbers = [
        _("CoC %(number)s") % {"number": organisation.coc_number}
        if organisation.coc_number
        else "",
        _("VAT %(number)s") % {"number": organisation.vat_number}
        if organisation.vat_number
        else "",
    ]
    lines = [
        ", ".join(filter(None, [organisation.address, city])),
        " · ".join(filter(None, [organisation.phone, organisation.email])),
        " · ".join(filter(None, numbers)),
    ]
    return [line for line in lines if line]


def _meta(
    sheet: TimeSheet, projects: list[tuple[str, str]], named: str, period: str
) -> list[tuple[str, str]]:
    customer = sheet.customer
    references = ", ".join(dict.fromkeys(reference for _name, reference in projects if reference))
    pairs = [
        (_("Customer"), f"{customer.name}\n{customer.number}"),
        (_("Period"), period),
        (_("Project") if len(projects) == 1 else _("Projects"), named),
        (_("Your reference"), references),
        (_("For the attention of"), customer.contact_name),
    ]
    return [(label, text) for label, text in pairs if text]


def _rows(sheet: TimeSheet) -> list[dict[str, Any]]:
    """Return the rows; the day stands at the first of each day."""
    rows = []
    for date, lines in by_day(sheet.lines()).items():
        for place, line in enumerate(lines):
            rows.append(_row(line, day(date) if place == 0 else "", sheet))
    return rows


def _row(line: Line, date: str, sheet: TimeSheet) -> dict[str, Any]:
    texts = [line.texts[name] for name in sheet.columns]
    return {"begins": bool(date), "cells": [date, *texts, *figures_of(line, sheet)]}


def _signatures(sheet: TimeSheet) -> list[list[str]]:
    organisation = sheet.customer.organisation
    agreed = _("Agreed, %(name)s") % {"name": sheet.customer.name}
    behalf = _("On behalf of %(name)s") % {"name": organisation.name}
    return [[agreed, sheet.customer.contact_name], [behalf, str(sheet.by)]]
