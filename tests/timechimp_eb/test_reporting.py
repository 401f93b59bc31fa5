"""Sentry gets where and what went wrong, and nothing that anybody typed or that is secret."""

import json
from collections.abc import Iterator

import pytest
import sentry_sdk
import structlog
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from sentry_sdk.transport import Transport

from timechimp_eb import reporting, urls

pytestmark = pytest.mark.django_db

CANARY = "canary-9f8e7d6c"
collected: list[dict] = []


class Collecting(Transport):
    """A transport that keeps what would be sent."""

    def capture_envelope(self, envelope) -> None:
        collected.extend(item.payload.json for item in envelope.items)


@csrf_exempt
def fails(request: HttpRequest, token: str = "") -> None:
    code_1 = CANARY
    raise ValueError(f"somebody typed {CANARY} {code_1}")


urlpatterns = [
    path("fails/", fails),
    path("account/password/reset/key/<str:token>/", fails),
    *urls.urlpatterns,
]


@pytest.fixture
def sent() -> Iterator[list[dict]]:
    collected.clear()
    reporting.start("https://key@errors.example.com/1", version="1.2.3", transport=Collecting)
    yield collected
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


@override_settings(
    ROOT_URLCONF=__name__, SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"
)
def test_an_error_of_a_request_says_where_and_nothing_else(sent):
    secret = {"Authorization": f"Bearer {CANARY}", "X-Other": CANARY, "Referer": CANARY}
    request = RequestFactory().post(
        f"/fails/?search={CANARY}",
        {"code_1": CANARY, "name": CANARY},
        headers={**secret, "Cookie": f"session={CANARY}"},
        REMOTE_ADDR="192.0.2.77",
    )
    answer: dict[str, str] = {}

    body = WSGIHandler()(request.environ, lambda _status, headers: answer.update(headers))
    body.close()

    (event,) = sent
    text = json.dumps(event)
    assert CANARY not in text
    assert "192.0.2.77" not in text
    assert event["exception"]["values"][-1]["type"] == "ValueError"
    assert event["request"] == {"method": "POST", "url": "/fails/"}
    assert event["tags"]["request_id"] == answer["X-Request-ID"]
    assert event["release"] == "1.2.3"
    assert [
        f
        for f in event["exception"]["values"][-1]["stacktrace"]["frames"]
        if f["function"] == "fails"
    ]
    assert "vars" not in text


@override_settings(ROOT_URLCONF=__name__)
def test_the_token_of_a_link_does_not_leave(sent):
    Client(raise_request_exception=False).get(f"/account/password/reset/key/{CANARY}/")

    (event,) = sent
    assert CANARY not in json.dumps(event)


def test_what_is_logged_as_an_error_is_reported_by_its_name(sent):
    try:
        fails(HttpRequest())
    except ValueError:
        structlog.get_logger("billing.bookings.sweep").exception(
            "delivery.failed", connection=7, name=CANARY, code_2=CANARY
        )

    (event,) = sent
    assert CANARY not in json.dumps(event)
    assert "delivery.failed" in json.dumps(event["logentry"])


def test_extra_facts_and_tags_named_like_a_secret_are_left_out(sent):
    with sentry_sdk.new_scope() as scope:
        scope.set_extra("rows", CANARY)
        scope.set_context("delivery", {"SecurityCode1": CANARY, "session": {"id": CANARY}})
        scope.set_user({"email": CANARY})
        sentry_sdk.capture_exception(KeyError(CANARY))

    (event,) = sent
    assert CANARY not in json.dumps(event)


def test_without_an_address_nothing_is_started():
    reporting.start("", version="1")

    assert not sentry_sdk.get_client().is_active()
