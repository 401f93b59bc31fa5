"""Keys are replaced while the program runs, without anybody typing codes again."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts.login.second_factor import MfaAdapter
from integrations.models import Connection
from tests.factories import CODES, create_connection, create_organisation, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def new_key() -> str:
    return Fernet.generate_key().decode()


def stored() -> list[Connection]:
    return list(Connection.objects.order_by("pk"))


def test_after_rotation_only_the_new_key_is_needed(settings: Any, new_key: str) -> None:
    for number in range(3):
        one = create_organisation(name=f"Organisation {number}")
        create_connection(organisation=one)
        Connection.objects.update(is_active=False)  # all have the same codes
    settings.CREDENTIAL_KEYS = [new_key, *settings.CREDENTIAL_KEYS]

    call_command("rotate_credentials")

    settings.CREDENTIAL_KEYS = [new_key]
    assert {one.codes() for one in stored()} == {CODES}
    call_command("rotate_credentials", "--check")


def test_a_check_changes_nothing_and_says_what_is_left(settings: Any, new_key: str) -> None:
    create_connection(organisation=create_organisation())
    before = stored()[0].sealed_code_1
    settings.CREDENTIAL_KEYS = [new_key, *settings.CREDENTIAL_KEYS]

    with pytest.raises(CommandError, match="2 secrets are under an older key"):
        call_command("rotate_credentials", "--check")

    assert stored()[0].sealed_code_1 == before


def test_a_second_run_changes_nothing(settings: Any, new_key: str) -> None:
    create_connection(organisation=create_organisation())
    settings.CREDENTIAL_KEYS = [new_key, *settings.CREDENTIAL_KEYS]
    call_command("rotate_credentials")
    once = stored()[0].sealed_code_1

    call_command("rotate_credentials")

    assert stored()[0].sealed_code_1 == once


def test_a_secret_without_its_key_is_named_and_the_others_are_rotated(
    settings: Any, new_key: str
) -> None:
    create_connection(organisation=create_organisation(name="Lost"))
    other = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    Connection.objects.update(sealed_code_1=other, is_active=False)
    create_connection(organisation=create_organisation(name="Kept"))
    settings.CREDENTIAL_KEYS = [new_key, *settings.CREDENTIAL_KEYS]

    with pytest.raises(CommandError, match="sealed_code_1"):
        call_command("rotate_credentials")

    settings.CREDENTIAL_KEYS = [new_key]
    assert stored()[1].codes() == CODES


def test_the_secrets_of_second_factors_are_rotated_too(settings: Any, new_key: str) -> None:
    user = create_user()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    settings.CREDENTIAL_KEYS = [new_key, *settings.CREDENTIAL_KEYS]

    call_command("rotate_credentials")

    settings.CREDENTIAL_KEYS = [new_key]
    totp, codes = (Authenticator.objects.get(type=one) for one in ("totp", "recovery_codes"))
    assert MfaAdapter().decrypt(totp.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert len(codes.wrap().generate_codes()) == 10
