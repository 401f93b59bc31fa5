"""Logging in with an account elsewhere: who gets in, who does not, and what is left behind."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.login import confirming, openid
from accounts.login.confirming import is_confirmed
from accounts.login.known_browsers import cookie_name
from accounts.mails import send_waiting
from accounts.middleware import LOGIN_KEY
from accounts.models import Membership, Organisation, Role, User
from tests.factories import PASSWORD, create_membership, create_organisation, create_user
from tests.plugins.openid import (
    DOMAIN,
    Answers,
    Provider,
    come_back,
    leave,
    log_in_through,
    provider_at,
)
from tests.responses import text

from .test_second_factor import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SANNE = f"sanne@{DOMAIN}"
UNKNOWN = "is not connected with anybody here"


@pytest.fixture
def sanne() -> Membership:
    return create_membership(user=create_user(email=SANNE), role=Role.ADMINISTRATOR)


def is_inside(client: Client) -> bool:
    return client.get(reverse("accounts:profile")).status_code == 200


def connect(client: Client, provider: Provider, sub: str) -> Any:
    """Press Connect under My profile, and agree there."""
    answer = client.post(reverse("accounts:connection-add", args=["oidc"]))
    return come_back(client, provider.agree(answer["Location"], sub))


def told(event: str) -> set[str]:
    """Send the mails that wait; return who got one with this in its subject."""
    send_waiting(now=timezone.now())
    return {one.to[0] for one in mail.outbox if event in one.subject}


# --- Nothing is set -------------------------------------------------------------------------------


def test_nothing_shows_when_nothing_is_set(inside: Client) -> None:
    page = Client().get(reverse("account_login"))

    assert "Log in through" not in text(page)
    assert "form-action 'self';" in page["Content-Security-Policy"] + ";"
    assert "Accounts elsewhere" not in text(inside.get(reverse("accounts:profile")))
    assert inside.get(reverse("accounts:connections")).status_code == 404
    for name in ("provider_login", "openid_connect_callback"):
        assert Client().get(reverse(name, args=["google"])).status_code == 404
        assert Client().post(reverse(name, args=["google"])).status_code in (404, 405)
    assert inside.post(reverse("accounts:connection-add", args=["oidc"])).status_code == 404


def test_the_page_stays_for_accounts_of_a_provider_that_was_switched_off(
    inside: Client, administrator: Membership
) -> None:
    about = {"provider": "google", "extra_data": {"email": SANNE}}
    account = SocialAccount.objects.create(user=administrator.user, uid="x", **about)

    page = text(inside.get(reverse("accounts:connections")))
    assert "Switched off" in page
    assert SANNE in page
    inside.post(reverse("accounts:connection-remove", args=[account.pk]))

    assert not SocialAccount.objects.exists()


# --- Going there ----------------------------------------------------------------------------------


def test_the_login_page_leads_there_with_state_nonce_and_proof_key(
    provider: Provider, sanne: Membership
) -> None:
    client = Client()
    page = client.get(reverse("account_login"))
    assert "Log in through Our Login" in text(page)
    assert f"form-action 'self' {provider.url}" in page["Content-Security-Policy"]
    assert provider.url not in client.get("/account/password/reset/")["Content-Security-Policy"]

    first, second = (parse_qs(urlsplit(leave(client)).query) for _ in range(2))

    assert first["response_type"] == ["code"]
    assert first["code_challenge_method"] == ["S256"]
    assert set(first["scope"][0].split()) == {"openid", "profile", "email"}
    assert first["redirect_uri"] == ["http://testserver/account/provider/oidc/callback/"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 16, name
        assert first[name] != second[name], name


def test_nothing_a_link_says_reaches_the_provider(provider: Provider) -> None:
    path = reverse("provider_login", args=["oidc"])
    answer = Client().post(f"{path}?scope=admin&auth_params=prompt%3Dnone&process=redirect")

    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert "admin" not in asked["scope"][0]
    assert "prompt" not in asked


def test_google_and_microsoft_ask_which_account(answers: Answers, settings: Any) -> None:
    settings.LOGIN_PROVIDERS = [
        provider_at(answers.url, key="google"),
        provider_at(answers.url, key="microsoft"),
    ]
    for key in ("google", "microsoft"):
        asked = parse_qs(urlsplit(leave(Client(), key)).query)
        assert asked["prompt"] == ["select_account"]


def test_a_link_to_the_start_leads_to_the_login_page_and_another_site_starts_nothing(
    provider: Provider,
) -> None:
    path = reverse("provider_login", args=["oidc"])

    assert Client().get(path)["Location"] == reverse("account_login")
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403


def test_starting_is_limited_for_an_address(provider: Provider) -> None:
    path = reverse("provider_login", args=["oidc"])
    client = Client()
    statuses = [client.post(path).status_code for _ in range(101)]

    assert statuses == [302] * 100 + [429]
    assert client.post(path)["Retry-After"] == "600"


# --- Who gets in ----------------------------------------------------------------------------------


def test_a_proved_address_of_a_trusted_domain_logs_in_and_is_connected(
    provider: Provider, sanne: Membership
) -> None:
    provider.knows("s1", email=SANNE.upper(), email_verified=True, name="Somebody Else")
    client = Client(HTTP_USER_AGENT="Firefox")

    answer = log_in_through(client, provider, "s1")

    assert answer.status_code == 302
    assert is_inside(client)
    account = SocialAccount.objects.get()
    assert (account.user, account.provider) == (sanne.user, "oidc")
    assert account.extra_data == {"email": SANNE}
    assert account.uid != "s1"
    assert not SocialToken.objects.exists()
    assert not EmailAddress.objects.exists()
    sanne.user.refresh_from_db()
    assert str(sanne.user) == "Sanne de Vries"
    assert sanne.user.check_password(PASSWORD)
    assert told("connected an account") == {SANNE}


def test_the_session_the_browser_and_the_login_are_recorded_as_with_a_password(
    provider: Provider, sanne: Membership
) -> None:
    provider.knows("s2", email=SANNE, email_verified=True)
    client = Client(HTTP_USER_AGENT="Firefox")
    client.get(reverse("account_login"))

    answer = log_in_through(client, provider, "s2")

    assert cookie_name() in answer.cookies
    assert abs(client.session[LOGIN_KEY] - timezone.now().timestamp()) < 60
    assert client.session.get_expire_at_browser_close()
    assert UserSession.objects.get(user=sanne.user).session_key == client.session.session_key
    request = client.get(reverse("accounts:profile")).wsgi_request
    assert is_confirmed(request)


def test_a_connected_account_logs_in_whatever_its_address_is_now(
    provider: Provider, sanne: Membership, client_of: Callable[[Membership], Client]
) -> None:
    provider.knows("s3", email="private@elsewhere.example")
    connect(client_of(sanne), provider, "s3")
    provider.knows("s3", email="other@elsewhere.example")
    client = Client()

    log_in_through(client, provider, "s3")

    assert is_inside(client)
    assert SocialAccount.objects.get().extra_data == {"email": "other@elsewhere.example"}


@pytest.mark.parametrize(
    "claims",
    [
        {"email": SANNE},
        {"email": SANNE, "email_verified": False},
        {"email": SANNE, "email_verified": "true"},
        {"email_verified": True},
        {"email": "sanne@elsewhere.example", "email_verified": True},
        {"email": f"nobody@{DOMAIN}", "email_verified": True},
        {"email": ["x"], "email_verified": True},
    ],
)
def test_nobody_is_made_and_an_address_without_proof_opens_no_account(
    provider: Provider, sanne: Membership, claims: dict[str, Any]
) -> None:
    create_membership(user=create_user(email="sanne@elsewhere.example"))
    people = User.objects.count()
    provider.knows("stranger", **claims)
    client = Client()

    answer = log_in_through(client, provider, "stranger")

    assert answer.status_code == 403
    assert UNKNOWN in text(answer)
    assert "ask an administrator of your organisation" in text(answer)
    assert User.objects.count() == people
    assert not SocialAccount.objects.exists()
    assert not is_inside(client)


def test_without_a_trusted_domain_no_address_is_believed(
    provider: Provider, sanne: Membership, settings: Any
) -> None:
    settings.LOGIN_PROVIDERS = [provider_at(provider.url, trusted_domains=())]
    provider.knows("s4", email=SANNE, email_verified=True)

    assert UNKNOWN in text(log_in_through(Client(), provider, "s4"))


def test_an_address_that_went_to_somebody_else_there_opens_nothing(
    provider: Provider, sanne: Membership
) -> None:
    provider.knows("first", email=SANNE, email_verified=True)
    log_in_through(Client(), provider, "first")
    provider.knows("second", email=SANNE, email_verified=True)

    assert UNKNOWN in text(log_in_through(Client(), provider, "second"))
    assert SocialAccount.objects.count() == 1


GOOGLE = {"email": SANNE, "email_verified": True}


@pytest.mark.parametrize(
    ("key", "claims", "is_proof"),
    [
        ("google", GOOGLE | {"hd": DOMAIN}, True),
        ("google", GOOGLE, False),
        ("google", GOOGLE | {"hd": "other.example"}, False),
        ("google", GOOGLE | {"hd": DOMAIN, "email_verified": False}, False),
        ("google", {"email": "x@gmail.com", "email_verified": True}, True),
        ("microsoft", {"email": SANNE, "xms_edov": True}, True),
        ("microsoft", {"email": SANNE, "xms_edov": "1"}, True),
        ("microsoft", {"email": SANNE, "xms_edov": False}, False),
        ("microsoft", {"email": SANNE}, False),
        ("microsoft", {"email": SANNE, "email_verified": True}, False),
        ("oidc", GOOGLE, True),
        ("oidc", GOOGLE | {"email": "x@sub.studio-oost.example"}, False),
    ],
)
def test_what_each_provider_proves_of_an_address(
    key: str, claims: dict[str, Any], *, is_proof: bool
) -> None:
    about = provider_at("https://login.example", key=key, trusted_domains=(DOMAIN, "gmail.com"))

    assert openid.is_proof(about, claims, claims["email"]) is is_proof


def test_a_blocked_person_stays_out(provider: Provider, sanne: Membership) -> None:
    User.objects.filter(pk=sanne.user_id).update(is_active=False)
    provider.knows("s5", email=SANNE, email_verified=True)
    client = Client()

    answer = log_in_through(client, provider, "s5")

    assert answer["Location"] == reverse("account_inactive")
    assert not is_inside(client)
    assert not SocialAccount.objects.exists()
    assert told("connected") == set()


def test_a_connected_person_who_is_blocked_later_stays_out(
    provider: Provider, sanne: Membership
) -> None:
    provider.knows("s6", email=SANNE, email_verified=True)
    log_in_through(Client(), provider, "s6")
    User.objects.filter(pk=sanne.user_id).update(is_active=False)
    client = Client()

    assert log_in_through(client, provider, "s6")["Location"] == reverse("account_inactive")
    assert not is_inside(client)


def test_who_is_invited_chooses_a_password_first(provider: Provider, sanne: Membership) -> None:
    sanne.user.set_unusable_password()
    sanne.user.save()
    provider.knows("s7", email=SANNE, email_verified=True)

    answer = log_in_through(Client(), provider, "s7")

    assert "First open the link in the invitation" in text(answer)
    assert not SocialAccount.objects.exists()


def test_an_invitation_that_waits_is_not_accepted_by_it(
    provider: Provider, sanne: Membership
) -> None:
    elsewhere = create_organisation(name="Elsewhere")
    asked = {"is_active": False, "awaits_consent": True}
    waiting = create_membership(organisation=elsewhere, user=sanne.user, **asked)
    provider.knows("s8", email=SANNE, email_verified=True)

    log_in_through(Client(), provider, "s8")

    waiting.refresh_from_db()
    assert waiting.awaits_consent
    assert not waiting.is_active


# --- The second factor ----------------------------------------------------------------------------


def test_the_second_factor_is_asked_and_only_then_the_account_is_connected(
    provider: Provider, sanne: Membership
) -> None:
    secret = generate_totp_secret()
    TOTP.activate(sanne.user, secret)
    provider.knows("s9", email=SANNE, email_verified=True)
    client = Client()

    answer = log_in_through(client, provider, "s9")

    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_inside(client)
    assert not SocialAccount.objects.exists()
    waiting = Session.objects.get(pk=client.session.session_key).get_decoded()
    assert sanne.user.password not in str(waiting)
    assert "access" not in str(waiting)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert is_inside(client)
    assert SocialAccount.objects.get().user == sanne.user
    assert client.session.get_expire_at_browser_close()


def test_a_required_factor_is_still_required(provider: Provider, sanne: Membership) -> None:
    Organisation.objects.update(requires_second_factor=True)
    provider.knows("s10", email=SANNE, email_verified=True)
    client = Client()

    log_in_through(client, provider, "s10")

    for name in ("billing:dashboard", "accounts:connections"):
        assert client.get(reverse(name))["Location"] == reverse("mfa_index")
    path = reverse("accounts:connection-add", args=["oidc"])
    assert client.post(path)["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.exists()


# --- Under My profile -----------------------------------------------------------------------------


def test_a_person_connects_and_disconnects_an_account_and_people_hear_of_it(
    provider: Provider, sanne: Membership, client_of: Callable[[Membership], Client]
) -> None:
    employee = create_membership(organisation=sanne.organisation)
    theirs = client_of(employee)
    assert reverse("accounts:connections") in text(theirs.get(reverse("accounts:profile")))
    page = theirs.get(reverse("accounts:connections"))
    assert "Connect Our Login" in text(page)
    assert provider.url in page["Content-Security-Policy"]
    provider.knows("p1", email="private@elsewhere.example")

    answer = connect(theirs, provider, "p1")

    assert answer["Location"] == reverse("accounts:connections")
    page = text(theirs.get(answer["Location"]))
    assert "private@elsewhere.example" in page
    assert "You can log in through Our Login from now on." in page
    assert "Connect Our Login" not in page
    assert told("has connected an account") == {SANNE, employee.user.email}

    account = SocialAccount.objects.get(user=employee.user)
    theirs.post(reverse("accounts:connection-remove", args=[account.pk]))

    assert told("has disconnected an account") == {SANNE, employee.user.email}
    assert UNKNOWN in text(log_in_through(Client(), provider, "p1"))
    assert is_inside(theirs)


def test_connecting_and_disconnecting_need_a_recent_login(
    provider: Provider, sanne: Membership, client_of: Callable[[Membership], Client]
) -> None:
    client = client_of(sanne)
    connect(client, provider, "p2")
    session = client.session
    session[LOGIN_KEY] = timezone.now().timestamp() - confirming.WINDOW - 1
    session.save()
    account = SocialAccount.objects.get()
    paths = [
        reverse("accounts:connection-add", args=["oidc"]),
        reverse("accounts:connection-remove", args=[account.pk]),
    ]

    for path in paths:
        asked = client.post(path)["Location"]
        assert asked.startswith(reverse("account_reauthenticate"))
    assert SocialAccount.objects.exists()
    back = client.post(asked, {"password": PASSWORD})
    assert back["Location"] == reverse("accounts:connections")
    client.post(paths[1])

    assert not SocialAccount.objects.exists()


def test_an_account_of_another_person_is_neither_taken_nor_removed(
    provider: Provider, sanne: Membership, client_of: Callable[[Membership], Client]
) -> None:
    other = create_membership()
    connect(client_of(other), provider, "p3")
    mine = client_of(sanne)

    answer = connect(mine, provider, "p3")
    gone = mine.post(reverse("accounts:connection-remove", args=[SocialAccount.objects.get().pk]))

    assert answer.status_code == 403
    assert "already connected with somebody else" in text(answer)
    assert gone.status_code == 404
    assert SocialAccount.objects.get().user == other.user


def test_connecting_again_changes_nothing(
    provider: Provider, sanne: Membership, client_of: Callable[[Membership], Client]
) -> None:
    client = client_of(sanne)
    for _ in range(2):
        connect(client, provider, "p4")

    assert SocialAccount.objects.count() == 1
    assert len([one for one in mail.outbox if "connected" in one.subject]) == 0
    assert told("has connected") == {SANNE}
    assert len(mail.outbox) == 1


def test_who_logs_in_meanwhile_does_not_get_the_account(
    provider: Provider, sanne: Membership
) -> None:
    browser = Client()
    browser.force_login(sanne.user)
    asked = browser.post(reverse("accounts:connection-add", args=["oidc"]))["Location"]
    other = create_membership()
    states = browser.session["socialaccount_states"]
    browser.force_login(other.user)
    session = browser.session
    session["socialaccount_states"] = states
    session.save()

    answer = come_back(browser, provider.agree(asked, "p5"))

    assert "Somebody else has logged in here" in text(answer)
    assert not SocialAccount.objects.exists()


# --- Where one goes on ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/profile/", "/profile/"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("/\\evil.example/", None),
        ("javascript:alert(1)", None),
    ],
)
def test_one_goes_on_within_the_program_only(
    provider: Provider, sanne: Membership, wanted: str, reached: str | None
) -> None:
    provider.knows("n1", email=SANNE, email_verified=True)

    answer = log_in_through(Client(), provider, "n1", next=wanted)

    assert answer["Location"] == (reached or reverse("billing:dashboard"))


def test_who_is_logged_in_already_is_not_logged_in_as_somebody_else(
    provider: Provider, inside: Client
) -> None:
    answer = inside.post(reverse("provider_login", args=["oidc"]))

    assert answer["Location"] == reverse("account_login")
    assert is_inside(inside)


def test_logging_out_ends_the_session(provider: Provider, sanne: Membership) -> None:
    provider.knows("n2", email=SANNE, email_verified=True)
    client = Client()
    log_in_through(client, provider, "n2")

    answer = client.post(reverse("account_logout"))

    assert answer["Location"] == reverse("account_login")
    assert answer["Clear-Site-Data"]
    assert not is_inside(client)


# --- Answers that do not let somebody in ----------------------------------------------------------


def test_refusing_there_changes_nothing(provider: Provider, sanne: Membership) -> None:
    client = Client()

    answer = come_back(client, provider.refuse(leave(client)))

    assert answer.status_code == 403
    assert "cancelled or refused at Our Login" in text(answer)
    assert f'href="{reverse("account_login")}"' in text(answer)


def test_refusing_while_connecting_leads_back_to_the_profile(
    provider: Provider, inside: Client
) -> None:
    asked = inside.post(reverse("accounts:connection-add", args=["oidc"]))["Location"]

    answer = come_back(inside, provider.refuse(asked))

    assert f'href="{reverse("accounts:connections")}"' in text(answer)


@pytest.mark.parametrize("state", ["", "not-one-of-ours"])
def test_an_answer_that_this_browser_did_not_ask_for_is_not_taken(
    provider: Provider, sanne: Membership, state: str
) -> None:
    provider.knows("e1", email=SANNE, email_verified=True)
    address = provider.agree(leave(Client()), "e1")
    code = parse_qs(urlsplit(address).query)["code"][0]
    client = Client()
    path = reverse("openid_connect_callback", args=["oidc"])

    for query in ({"code": code, "state": state}, {}):
        answer = client.get(path, query)
        assert answer.status_code == 400
        assert "Begin again here" in text(answer)
    # The whole address, in a browser that did not begin it.
    assert come_back(client, address).status_code == 400
    assert not is_inside(client)


def test_an_answer_is_taken_once(provider: Provider, sanne: Membership) -> None:
    provider.knows("e2", email=SANNE, email_verified=True)
    client = Client()
    address = provider.agree(leave(client), "e2")
    come_back(client, address)
    client.post(reverse("account_logout"))

    assert come_back(client, address).status_code == 400


def test_an_answer_after_ten_minutes_is_too_late(
    provider: Provider, sanne: Membership, time_machine: Any
) -> None:
    client = Client()
    address = provider.agree(leave(client), "e3")
    time_machine.move_to(time.time() + 601)

    assert "longer than ten minutes" in text(come_back(client, address))


def test_a_provider_that_says_it_has_trouble_is_down(answers: Answers) -> None:
    client = Client()
    asked = parse_qs(urlsplit(leave(client)).query)
    query = {"error": "temporarily_unavailable", "state": asked["state"][0]}

    answer = client.get(reverse("openid_connect_callback", args=["oidc"]), query)

    assert answer.status_code == 503
    assert "did not answer" in text(answer)


WRONG = "an answer that cannot be used"


def test_the_answers_of_this_provider_let_somebody_in(answers: Answers, sanne: Membership) -> None:
    """What the tests below change is all that is wrong there."""
    answers.claims = {"email_verified": True}
    client = Client()

    answers.log_in(client)

    assert is_inside(client)
    sent = next(form for path, form in answers.asked if path == "/token")
    assert len(sent["code_verifier"][0]) >= 43


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["urenboek", "another"], "azp": "another"},
        {"iss": "https://another.example"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "somebody", "exp": "soon"},
    ],
)
def test_a_token_for_somebody_or_something_else_lets_nobody_in(
    answers: Answers, sanne: Membership, claims: dict[str, Any]
) -> None:
    answers.claims = {"email_verified": True, **claims}
    client = Client()

    answer = answers.log_in(client)

    assert answer.status_code == 502
    assert WRONG in text(answer)
    assert not is_inside(client)
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/token", "no json"),
        ("/token", "[]"),
        ("/token", '"access_token"'),
        ("/token", '{"access_token": "x"}'),
        ("/token", '{"access_token": 1, "id_token": 2}'),
        ("/token", '{"access_token": "x", "id_token": "no.signed.token"}'),
        ("/person", "[]"),
        ("/person", '{"sub": "another"}'),
    ],
)
def test_an_answer_that_is_none_gets_our_page(
    answers: Answers, sanne: Membership, path: str, content: str
) -> None:
    answers.claims = {"email": None}
    answers.raw = {path: content}

    answer = answers.log_in(Client())

    assert answer.status_code in (502, 503)
    assert "Log in with your password" in text(answer) or "did not answer" in text(answer)


@pytest.mark.parametrize(
    "config",
    [
        {"issuer": "https://another.example"},
        {"issuer": None},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"userinfo_endpoint": "ftp://elsewhere.example/"},
    ],
)
def test_a_page_about_the_provider_with_odd_addresses_leads_nowhere(
    answers: Answers, config: dict[str, Any]
) -> None:
    answers.config = config

    answer = Client().post(reverse("provider_login", args=["oidc"]))

    assert answer.status_code == 502
    assert WRONG in text(answer)


@pytest.mark.parametrize("content", ["[]", "1", '"text"', "<html>"])
def test_a_page_about_the_provider_that_is_none_leads_nowhere(
    answers: Answers, content: str
) -> None:
    answers.raw = {"/.well-known/openid-configuration": content}

    assert Client().post(reverse("provider_login", args=["oidc"])).status_code in (502, 503)


def test_an_error_at_the_provider_is_told_and_logged_without_secrets(
    answers: Answers, sanne: Membership, caplog: Any
) -> None:
    answers.raw = {"/token": '{"error": "invalid_client", "secret": "S3CR3T"}'}
    answers.status = {"/token": 401}

    answer = answers.log_in(Client())

    assert answer.status_code == 502
    assert "why='invalid_client'" in caplog.text
    assert "S3CR3T" not in caplog.text


def test_a_token_of_the_past_is_about_the_clock(answers: Answers, sanne: Membership) -> None:
    answers.claims = {"email_verified": True, "exp": int(time.time()) - 60}

    assert "clock of this server" in text(answers.log_in(Client()))


def test_a_provider_that_is_down_is_told(settings: Any) -> None:
    settings.LOGIN_PROVIDERS = [provider_at("http://127.0.0.1:9")]

    answer = Client().post(reverse("provider_login", args=["oidc"]))

    assert answer.status_code == 503
    assert "did not answer" in text(answer)


def test_a_provider_that_stops_between_is_told(
    answers: Answers, sanne: Membership, settings: Any
) -> None:
    client = Client()
    asked = parse_qs(urlsplit(leave(client)).query)
    settings.LOGIN_PROVIDERS = [provider_at("http://127.0.0.1:9")]

    query = {"code": "x", "state": asked["state"][0]}
    answer = client.get(reverse("openid_connect_callback", args=["oidc"]), query)

    assert answer.status_code == 503


def test_a_provider_that_drips_is_not_waited_for(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "DEADLINE", 1)
    answers.is_dripping = True
    begun = time.monotonic()

    answer = Client().post(reverse("provider_login", args=["oidc"]))

    assert answer.status_code == 503
    assert time.monotonic() - begun < 4


def test_an_answer_without_end_is_not_read(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "MOST_BYTES", 100)

    assert Client().post(reverse("provider_login", args=["oidc"])).status_code == 503


def test_another_server_in_the_same_place_is_nobody(
    answers: Answers, sanne: Membership, settings: Any
) -> None:
    answers.claims = {"email_verified": True}
    answers.log_in(Client())
    was = SocialAccount.objects.get().uid
    settings.LOGIN_PROVIDERS = [provider_at(answers.url.replace("127.0.0.1", "localhost"))]
    answers.config = {"issuer": answers.url.replace("127.0.0.1", "localhost")}
    answers.claims = {"email_verified": True, "iss": answers.config["issuer"]}
    answers.nonce = ""
    client = Client()

    answer = answers.log_in(client)

    assert UNKNOWN in text(answer)
    assert SocialAccount.objects.get().uid == was


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_pages_are_ours_in_both_languages(
    provider: Provider, sanne: Membership, language: str
) -> None:
    client = Client(headers={"accept-language": language})
    page = text(client.get(reverse("account_login")))
    refused = text(come_back(client, provider.refuse(leave(client))))

    words = {"en": ("Log in through Our Login", "Back to log in")}
    words["nl"] = ("Inloggen via Our Login", "Terug naar inloggen")
    assert words[language][0] in page
    assert words[language][1] in refused
    assert f'value="{reverse("account_login")}"' in refused
