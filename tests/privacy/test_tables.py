"""Every model of the program is exported or left out with a reason; no secret is exported."""

from django.db import models

from privacy.tables import (
    HARMLESS,
    LOOKS_SECRET,
    NOT_EXPORTED,
    TABLES,
    all_models,
    exported_fields,
    model_of,
)

LABELS = {model._meta.label for model in all_models()}
# Fields whose text is a secret, whatever their names: none may be in any export.
SECRETS = {
    "accounts.User": {"password"},
    "integrations.Connection": {"sealed_code_1", "sealed_code_2", "administration_key"},
    "mfa.Authenticator": {"data"},
    "usersessions.UserSession": {"session_key", "data"},
    "billing.InvoicingRun": {"token"},
    "privacy.DataExport": {"file"},
}


def test_every_model_is_exported_or_left_out_with_a_reason():
    assert len(LABELS) > 70
    assert set(TABLES) | set(NOT_EXPORTED) == LABELS
    assert not set(TABLES) & set(NOT_EXPORTED)
    assert all(NOT_EXPORTED.values())


def test_every_model_with_a_path_to_an_organisation_is_exported():
    for label in NOT_EXPORTED:
        columns = model_of(label)._meta.concrete_fields
        related = {one.related_model._meta.label for one in columns if one.is_relation}
        assert not related & {"accounts.Organisation", "accounts.Membership"}, label


def test_every_lookup_of_an_owner_leads_to_one():
    """A lookup that is wrong fails here, before an export is empty or has too much."""
    for label, table in TABLES.items():
        for path in (table.organisation, table.member, table.user):
            if path:
                str(model_of(label)._default_manager.filter(**{path: 1}).query)
        assert table.organisation or table.user, label


def test_every_table_of_an_employee_is_in_the_export_of_a_person():
    """A model with a foreign key to whose it is must say so; keys of who did something need not."""
    of_others = {"status_by", "by", "set_by", "made_by"}
    for label in TABLES:
        for one in model_of(label)._meta.concrete_fields:
            if one.is_relation and one.related_model._meta.label == "accounts.Membership":
                told = TABLES[label].member or label == "projects.DatedRate"
                assert told or one.name in of_others, (label, one.name)


def test_what_looks_like_a_secret_is_left_out_or_known_to_be_none():
    looked_at = 0
    for label in TABLES:
        for one in model_of(label)._meta.concrete_fields:
            if any(word in one.name for word in LOOKS_SECRET):
                looked_at += 1
                named = one.name in TABLES[label].left_out or f"{label}.{one.name}" in HARMLESS
                assert named, f"{label}.{one.name}"

    assert looked_at > 15


def test_named_fields_exist():
    for label, table in TABLES.items():
        names = {one.name for one in model_of(label)._meta.concrete_fields}
        assert set(table.left_out) <= names, label
        assert set(table.own) | set(table.agency) <= names, label
    for path in HARMLESS:
        label, _, name = path.rpartition(".")
        assert isinstance(model_of(label)._meta.get_field(name), models.Field)


def test_no_secret_is_in_any_export():
    for label, secrets in SECRETS.items():
        for is_person, is_own in ((False, False), (True, False), (True, True)):
            fields = exported_fields(label, is_person=is_person, is_own=is_own)
            assert not secrets & set(fields), label
            assert fields


def test_a_person_does_not_get_what_their_work_is_sold_for():
    own = exported_fields("registrations.TimeEntry", is_person=True, is_own=True)
    whole = exported_fields("registrations.TimeEntry", is_person=False, is_own=False)

    assert {"minutes", "description"} <= set(own)
    assert {"hourly_rate", "amount"} <= set(whole) - set(own)
