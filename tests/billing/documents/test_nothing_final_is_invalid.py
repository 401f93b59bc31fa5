"""No document becomes final and then breaks the schema, a rule, or lacks a letter."""

import io
import random

import pytest
from lxml import etree
from pypdf import PdfReader

from billing.documents.archive import content_of
from billing.documents.ubl import broken_rules
from billing.invoices.issuing import Unlawful, make_final
from billing.models import FileKind
from tests import factories
from tests.billing import issued as invoices
from tests.billing.documents import ubl_rules
from tests.billing.documents.ubl_schema import schema_errors
from tests.billing.odd_invoices import ISSUERS, odd_buyer, odd_draft, spoil

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def try_them(seed: int, count: int) -> tuple[int, list[tuple[str, str]]]:
    """Try to make so many odd drafts final; return how many became so, and what is wrong."""
    dice = random.Random(seed)
    became, wrong = 0, []
    by = factories.create_user()
    for n in range(count):
        if n % 10 == 0:
            organisation = factories.create_organisation(**spoil(dice, ISSUERS))
        draft = odd_draft(dice, odd_buyer(dice, organisation, number=n))
        try:
            final = make_final(draft, by=by, now=invoices.NOW)
        except Unlawful:
            continue
        became += 1
        wrong += [(f"{seed}/{n}", one) for one in faults(final)]
    return became, wrong


def faults(final) -> list[str]:
    """What is wrong with the files of a final invoice, by schema, rules and eye."""
    files = {file.kind: content_of(file) for file in final.files.all()}
    root = etree.fromstring(files[FileKind.UBL])
    pages = PdfReader(io.BytesIO(files[FileKind.PDF])).pages
    boxes = ["□"] if any("□" in page.extract_text() for page in pages) else []
    return [
        *schema_errors(files[FileKind.UBL]),
        *(broken.rule for broken in broken_rules(root)),
        *ubl_rules.broken_rules(root, final),
        *boxes,
    ]


def test_odd_parties_treatments_rates_texts_and_amounts_never_become_an_invalid_document():
    became, wrong = try_them(seed=1, count=60)

    assert wrong == []
    assert became >= 15


@pytest.mark.nightly
def test_two_thousand_odd_drafts_never_become_an_invalid_document():
    became, wrong = try_them(seed=2026, count=2000)

    assert wrong == []
    assert became >= 500
