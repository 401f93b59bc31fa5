"""Services outside the EU: offered to every organisation, apart from goods, and not in box 3a."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from tests.factories import create_organisation
from vat.rates import create_standard_rates
from vat.treatments import category_of, contradicts

pytestmark = pytest.mark.django_db
migration = importlib.import_module("vat.migrations.0002_services_outside_the_eu")


def rates_of(organisation):
    return list(organisation.vat_rates.order_by("position", "pk").values("name", "treatment"))


def migrate():
    migration.add_rate(apps, SimpleNamespace(connection=connection))


def test_a_new_organisation_gets_a_rate_for_services_and_one_for_goods():
    organisation = create_organisation(language="nl")
    create_standard_rates(organisation)

    found = {
        rate.treatment: (rate.name, rate.code)
        for rate in organisation.vat_rates.filter(treatment__in=["export", "world_services"])
    }

    assert found == {
        "export": ("Goederen buiten de EU", "BU_EU_VERK"),
        "world_services": ("Diensten buiten de EU", "GEEN"),
    }


def test_an_existing_organisation_gets_the_rate_and_keeps_all_others():
    organisation = create_organisation(language="nl")
    create_standard_rates(organisation)
    organisation.vat_rates.filter(treatment="world_services").delete()
    organisation.vat_rates.filter(treatment="export").update(name="Buiten de EU", code="")
    before = rates_of(organisation)

    migrate()
    migrate()

    after = rates_of(organisation)
    assert [rate for rate in after if rate["treatment"] != "world_services"] == before
    new = organisation.vat_rates.get(treatment="world_services")
    assert (new.name, new.percentage, new.code, new.is_default) == (
        "Diensten buiten de EU", 0, "GEEN", False,
    )  # fmt: skip


def test_who_has_no_rate_for_exports_or_has_the_name_is_left_alone():
    without = create_organisation(language="en")
    named = create_organisation(language="en")
    named.vat_rates.create(name="Abroad", percentage=0, treatment="export")
    named.vat_rates.create(name="SERVICES outside the EU", percentage=0, treatment="exempt")

    migrate()

    assert not without.vat_rates.exists()
    assert named.vat_rates.count() == 2


def test_it_is_not_subject_to_vat_and_may_have_no_code_of_the_eu():
    assert category_of("world_services", 0) == "O"
    assert not contradicts("GEEN", "world_services")
    assert contradicts("BI_EU_VERK_D", "world_services")
