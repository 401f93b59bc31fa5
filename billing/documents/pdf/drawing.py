"""Draws an invoice with typst. Texts travel as JSON, so nothing in them can be taken for markup."""

import base64
import datetime
import json
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from accounts.logos import content_type
from accounts.models import Organisation

from ...models import Design, Invoice, InvoiceSettings
from ...numbering import settings_of
from ..document import InvoiceDocument, invoice_document_of
from .content import content_of
from .glyphs import drawable
from .typefaces import typefaces

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "billing" / "documents" / "pdf"
# A picture in an SVG, because typst takes pictures as text only in that way.
FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    '<image width="{width}" height="{height}" href="data:{kind};base64,{picture}"/></svg>'
)
# A logo is at most so large on paper, in millimetres.
WIDEST, HIGHEST = 70, 18
# Of a picture of a page: 96 dots an inch is 794 × 1123.
DOTS = 96


def invoice_pdf(
    invoice: Invoice, *, language: str | None = None, ubl: bytes | None = None
) -> bytes:
    """The invoice as PDF, in its own language unless another is asked for; a draft says that it is.

    With `ubl` it carries that inside, as another way to read the same invoice. The same invoice
    gives the same bytes as long as settings and logo stay as they are.
    """
    choices = settings_of(invoice.organisation)
    inputs = _inputs(invoice_document_of(invoice), choices, language=language or invoice.language)
    if ubl is not None:
        inputs |= {"ubl": ubl.decode(), "ubl_name": f"{invoice.number}.xml"}
    made_at = invoice.final_at or invoice.created_at
    return bytes(_compiled(choices.design, inputs, made_at, pdf_standards=["a-3b"]))


def document_picture(
    document: InvoiceDocument, choices: InvoiceSettings, *, language: str
) -> bytes:
    """The first page of an invoice as a PNG picture."""
    inputs = _inputs(document, choices, language=language)
    made_at = document.invoice.created_at
    made = _compiled(choices.design, inputs, made_at, format="png", ppi=DOTS)
    return bytes(made[0] if isinstance(made, list) else made)


def _inputs(
    document: InvoiceDocument, choices: InvoiceSettings, *, language: str
) -> dict[str, str]:
    content = drawable(content_of(document, choices, language=language))
    content["logo"] = _logo(document.invoice.organisation)
    content["product"] = settings.PRODUCT_NAME
    return {"content": json.dumps(content)}


def _compiled(design: str, inputs: dict[str, str], made_at: datetime.datetime, **kind: Any) -> Any:
    """What the template of a design makes of its inputs, with one moment written in it."""
    return typst.compile(
        str(TEMPLATES / f"{Design(design)}.typ"),
        root=str(TEMPLATES),
        font_paths=typefaces(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        timestamp=int(made_at.timestamp()),
        **kind,
    )


def _logo(organisation: Organisation) -> dict[str, object] | None:
    """The logo as an SVG with its width on paper; None without one, or when its file is gone."""
    if not organisation.logo:
        return None
    try:
        with organisation.logo.open("rb") as file:
            picture = base64.b64encode(file.read()).decode()
        width, height = organisation.logo.width, organisation.logo.height
    except FileNotFoundError:
        return None
    kind = content_type(organisation)
    frame = FRAME.format(kind=kind, picture=picture, width=width, height=height)
    return {"picture": frame, "width": min(WIDEST, HIGHEST * width / height)}
