"""The first step of a new organisation: what every invoice must say of it."""

import pytest

from accounts.models import Role
from billing.views.onboarding import checklist
from tests import factories

pytestmark = pytest.mark.django_db


def first_step(**changes: object):
    organisation = factories.create_organisation(**changes)
    member = factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    return checklist(member).tasks[0]


def test_an_organisation_that_may_invoice_is_complete():
    assert first_step().is_done


def test_what_invoices_lack_is_named():
    step = first_step(coc_number="", iban="")

    assert not step.is_done
    assert "No invoice can be sent without: Chamber of Commerce number, IBAN." in step.text
