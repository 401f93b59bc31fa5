"""Draws an invoice with typst. Texts travel as JSON, so nothing in them can be taken for markup."""

import base64
import datetime
import json
from pathlib import Path

import typst
from django.conf import settings

from accounts.logos import content_type
from accounts.models import Organisation

from ..models import Invoice
from .content import content_of
from .glyphs import drawable
from .typefaces import typefaces

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "billing" / "pdf" / "invoice.typ"
# A picture in an SVG, because typst takes pictures as text only in that way.
FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    '<image width="{width}" height="{height}" href="data:{kind};base64,{picture}"/></svg>'
)
# A logo is at most so large on paper, in millimetres.
WIDEST, HIGHEST = 70, 18


def invoice_pdf(
    invoice: Invoice, *, language: str | None = None, ubl: bytes | None = None
) -> bytes:
    """The invoice as PDF, in its own language unless another is asked for; a draft says that it is.

    With `ubl` it carries that inside, as another way to read the same invoice. The same invoice
    gives the same bytes as long as settings and logo stay as they are.
    """
    content = drawable(content_of(invoice, language=language or invoice.language))
    content["logo"] = _logo(invoice.organisation)
    inputs = {"content": json.dumps(content)}
    if ubl is not None:
        inputs |= {"ubl": ubl.decode(), "ubl_name": f"{invoice.number}.xml"}
    return draw(inputs, made_at=invoice.final_at or invoice.created_at)


def draw(inputs: dict[str, str], *, made_at: datetime.datetime) -> bytes:
    """The PDF of what the template reads, with one moment written in it as its date."""
    pdf = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=typefaces(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=["a-3b"],
        timestamp=int(made_at.timestamp()),
    )
    return bytes(pdf)


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
