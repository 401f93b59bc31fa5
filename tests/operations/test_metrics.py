"""/metrics: for whom it is, what it says, and what it costs."""

import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import redis
import yaml
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import AccountMail
from billing.models import Booking
from integrations.models import MonthlyCalls
from integrations.quota import month_of
from integrations.sessions import open_client
from lib.tally import KEY, TALLY, Tally, counts_of, durations_of
from operations.models import ProofKind
from operations.proofs import note_success
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MONITORING = Path(__file__).parents[2] / "docs" / "monitoring"
TOKEN = "a-token-of-more-than-twenty-letters"


def scrape(client: Client, **extra) -> dict[tuple[str, tuple], float]:
    answer = client.get("/metrics", **extra)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_without_a_token_only_this_machine_reads_them(client):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_without_a_token_nothing_passes_a_proxy(client, header):
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_with_a_token_only_who_has_it_reads_them(client, settings):
    settings.METRICS_TOKEN = TOKEN

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer é"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": TOKEN}).status_code == 404
    known = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/metrics", headers=known, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_a_short_token_is_an_error(settings):
    settings.METRICS_TOKEN = "short"

    assert "timechimp_eb.E015" in {message.id for message in run_checks()}


def test_it_is_only_read_and_is_not_kept(client):
    assert client.post("/metrics").status_code == 405
    assert "no-store" in client.get("/metrics")["Cache-Control"]


def test_https_is_not_asked_of_a_scrape_inside(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/metrics").status_code == 200


def create_booking(organisation, number: int, **fields) -> Booking:
    customer = factories.create_customer(organisation=organisation)
    return Booking.objects.create(
        organisation=organisation, connection=organisation.connection, kind="relation",
        customer=customer, payload={}, natural_key=str(number), **fields,
    )  # fmt: skip


def test_it_says_what_waits_and_how_old_it_is(client, organisation, administrator):
    made = factories.create_connection(organisation=organisation)
    ago = timezone.now() - datetime.timedelta(hours=5)
    create_booking(organisation, 1, state="queued", created_at=ago)
    create_booking(organisation, 2, state="unknown", last_sent_at=ago)
    create_booking(organisation, 3, state="confirmed", created_at=ago)
    MonthlyCalls.objects.create(connection=made, month=month_of(NOW), count=4100)
    AccountMail.objects.create(user=administrator.user, to="a@b.example", kind="x", details={})
    note_success(ProofKind.BACKUP, now=ago)

    found = scrape(client)

    assert found["hours_bookings", ("queued",)] == 1
    assert found["hours_bookings", ("rejected",)] == 0
    assert ("hours_bookings", ("confirmed",)) not in found
    assert 18_000 <= found["hours_booking_oldest_unfinished_seconds", ()] < 18_100
    assert 18_000 <= found["hours_booking_oldest_in_doubt_seconds", ()] < 18_100
    assert found["hours_entry_calls_this_month", (str(made.pk),)] == 4100
    assert found["hours_entry_calls_limit", ()] == 5000
    assert found["hours_mails_waiting", ("account",)] == 1
    assert 18_000 <= found["hours_backup_age_seconds", ()] < 18_100
    assert found["hours_restore_test_age_seconds", ()] == float("inf")
    assert found["hours_broker_up", ()] == 0


def test_nothing_of_an_organisation_is_named(client, organisation):
    factories.create_connection(organisation=organisation)
    create_booking(organisation, 987654, state="queued")

    said = client.get("/metrics").content.decode()

    assert organisation.name not in said
    assert "987654" not in said


def test_a_scrape_asks_the_same_few_queries_however_much_there_is(client, organisation):
    factories.create_connection(organisation=organisation)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            scrape(client)
        return len(queries)

    first = count()
    for number in range(30):
        create_booking(organisation, number, state="queued")

    assert count() == first <= 12


@pytest.mark.postgres
def test_the_unfinished_bookings_come_from_their_index(organisation):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = Booking.objects.filter(state__in=["queued", "unknown"]).order_by()
        assert "booking_unfinished" in rows.values("state", "created_at").explain()


def test_requests_are_counted_by_page_and_status(client, inside):
    before = scrape(client)

    inside.get("/profile/")
    inside.get("/nowhere/at/all/")

    after = scrape(client)

    def more(*key) -> float:
        return after.get(key, 0) - before.get(key, 0)

    assert more("hours_http_requests_total", ("2xx", "accounts:profile")) == 1
    assert more("hours_http_requests_total", ("4xx", "none")) == 1
    assert more("hours_http_request_seconds_count", ("accounts:profile",)) == 1


def test_wrong_passwords_are_counted(client, administrator):
    before = scrape(client)["hours_login_failures_total", ()]

    client.post("/account/login/", {"login": administrator.user.email, "password": "wrong"})

    assert scrape(client)["hours_login_failures_total", ()] == before + 1


def test_calls_to_the_service_are_counted_by_outcome(client, connection_there):
    before = scrape(client)
    with connection_there() as service:
        service.ledger_accounts()
    after = scrape(client)

    key = ("hours_service_calls_total", ("GetGrootboekrekeningen", "answered"))
    assert after[key] == before.get(key, 0) + 1


@pytest.fixture
def connection_there(connected_organisation):
    return lambda: open_client(connected_organisation)


@pytest.fixture
def connected_organisation(organisation, eboekhouden):
    return factories.create_connection(organisation=organisation, sandbox=eboekhouden)


# --- The sums of all processes --------------------------------------------------------------------


BOUNDS = (1.0, 5.0)


def test_durations_fall_into_their_buckets():
    tally = Tally()
    for seconds in (0.5, 1.0, 3, 60):
        tally.observe("took", seconds, "page|a", bounds=BOUNDS)

    found = durations_of(tally.read(), "took", bounds=BOUNDS)

    assert found[("page_a",)].cumulative == [2, 3, 4]
    assert found[("page_a",)].seconds == 64.5


def test_a_broker_that_is_down_loses_nothing_of_this_process(settings, caplog):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    tally = Tally()
    tally.count("happened")

    tally.hand_over(at_once=True)

    assert counts_of(tally.read(), "happened") == {(): 1}
    assert "tally.kept" in caplog.text


COUNTING = """
import django; django.setup()
from lib.tally import TALLY
for _ in range(100):
    TALLY.count("of_many", "a")
TALLY.hand_over(at_once=True)
"""


@pytest.mark.redis
def test_the_sums_of_many_processes_come_together(redis_url, settings):
    surroundings = {"TEST_BROKER_URL": redis_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    # The other phase of the tests counted in the same Redis.
    redis.Redis.from_url(redis_url).delete(KEY)
    processes = [
        subprocess.Popen([sys.executable, "-c", COUNTING], env={**os.environ, **surroundings})
        for _ in range(3)
    ]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    settings.CELERY_BROKER_URL = redis_url

    assert counts_of(Tally().read(), "of_many") == {("a",): 300}


# --- The dashboard and the alerts -----------------------------------------------------------------


NAME = re.compile(r"\bhours_[a-z_]+")


def test_each_metric_of_the_dashboard_and_the_alerts_exists(client, inside, organisation):
    made = factories.create_connection(organisation=organisation)
    MonthlyCalls.objects.create(connection=made, month=month_of(timezone.now()), count=1)
    inside.get("/profile/")
    TALLY.count("service_calls", "AddFactuur", "answered")
    TALLY.observe(
        "service_call_seconds", 1, "AddFactuur", bounds=(0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
    )
    there = {name for name, _labels in scrape(client)}

    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    alerts = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    asked += [rule["expr"] for rule in rules]
    named = {name for text in asked for name in NAME.findall(text)}

    assert len(asked) > 20
    assert named - there == set()


def test_each_alert_says_what_to_do_in_a_page_that_exists():
    alerts = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]

    assert len(rules) >= 10
    for rule in rules:
        assert rule["labels"]["severity"] in ("page", "ticket")
        page = rule["annotations"]["runbook"]
        assert (MONITORING.parent.parent / page).is_file(), page
