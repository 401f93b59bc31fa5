"""Drawing an invoice with typst. Texts are passed as JSON, so they are never read as markup."""

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
# Typst accepts pictures as text only inside an SVG.
FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    '<image width="{width}" height="{height}" href="data:{kind};base64,{picture}"/></svg>'
)
# The largest width and height of a logo, in millimetres.
WIDEST, HIGHEST = 70, 18
# Dots per inch of the picture of a page: 96 makes 794 × 1123 pixels.
DOTS = 96


def invoice_pdf(
    invoice: Invoice, *, language: str | None = None, ubl: bytes | None = None
) -> bytes:
    """Return the invoice as PDF, in its own language unless `language` is given; a draft says so.

    `ubl` is embedded in the PDF. The same invoice gives the same bytes as long as settings and logo
    do not change.
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
    """Return the first page of an invoice as a PNG picture."""
    inputs = _inputs(document, choices, language=language)
    made_at = document.invoice.created_at
    made = _compiled(choices.design, inputs, made_at, format="png", ppi=DOTS)
    return bytes(made[0] if isinstance(made, list) else made)


def _inputs(
    document: InvoiceDocument, choices: InvoiceSettings, *, language: str
) -> dict[str, str]:
    content = drawable(content_of(document, choices, language=language))
    content["logo"] = logo_of(document.invoice.organisation)
    content["product"] = settings.PRODUCT_NAME
    return {"content": json.dumps(content)}


def _compiled(design: str, inputs: dict[str, str], made_at: datetime.datetime, **kind: Any) -> Any:
    """Compile the template of a design with its inputs; `made_at` is written in the result."""
    return typst.compile(
        str(TEMPLATES / f"{Design(design)}.typ"),
        root=str(TEMPLATES),
        font_paths=typefaces(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        timestamp=int(made_at.timestamp()),
        **kind,
    )


def logo_of(organisation: Organisation) -> dict[str, object] | None:
    """Return the logo as an SVG with its printed width; None without a logo or its file."""
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
