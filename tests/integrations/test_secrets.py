"""Secrets are readable only with the keys, for their organisation and their field."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from integrations.secrets import CannotDecrypt, seal, unseal


def test_a_secret_is_read_back_for_its_organisation_and_field():
    sealed = seal("geheim", organisation_id=1, field="code_1")

    assert "geheim" not in sealed
    assert unseal(sealed, organisation_id=1, field="code_1") == "geheim"


@pytest.mark.parametrize("other", [{"organisation_id": 2}, {"field": "code_2"}])
def test_a_secret_that_was_copied_elsewhere_is_not_read(other):
    bound = {"organisation_id": 1, "field": "code_1"}
    sealed = seal("geheim", **bound)

    with pytest.raises(CannotDecrypt):
        unseal(sealed, **bound | other)


def test_a_new_key_in_front_still_reads_what_an_older_key_sealed(settings):
    sealed = seal("geheim", organisation_id=1, field="code_1")
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *settings.CREDENTIAL_KEYS]

    assert unseal(sealed, organisation_id=1, field="code_1") == "geheim"


def test_without_any_key_nothing_is_sealed(settings):
    settings.CREDENTIAL_KEYS = []

    with pytest.raises(ImproperlyConfigured, match="CREDENTIAL_KEYS is empty"):
        seal("geheim", organisation_id=1, field="code_1")
