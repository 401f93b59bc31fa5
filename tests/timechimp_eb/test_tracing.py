"""A trace leads from a page to its task and its calls, and says nothing of people and secrets."""

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from django.test import Client
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from accounts.tasks import purge_sessions
from integrations.eboekhouden.errors import EBoekhoudenError
from integrations.sessions import open_client
from tests import factories
from tests.plugins.worker import sending_to, worker_of
from tests.waiting import until
from timechimp_eb import tracing

CANARY = "canary-9f8e7d6c"


class Collector(http.server.ThreadingHTTPServer):
    """A collector: keeps the spans that it gets, and all bytes in which they came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.received = b""
        self.spans: list = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Receiver(http.server.BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                self.server.spans.extend(scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def traced(collector) -> Iterator[trace.TracerProvider]:
    provider = tracing.start(collector.address, version="1.2.3")
    yield provider
    tracing.stop(provider)


def attributes(span) -> dict[str, str]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


@pytest.mark.django_db
def test_a_page_is_named_by_its_route_and_nothing_of_the_visitor_leaves(traced, collector):
    factories.create_organisation()
    client = Client(headers={"user-agent": CANARY, "referer": CANARY, "cookie": CANARY})

    page = client.get(f"/account/login/?next=/{CANARY}/")
    client.get(f"/{CANARY}/")
    client.get(f"/account/password/reset/key/1-{CANARY}/")
    traced.force_flush()

    names = [span.name for span in collector.spans]
    assert names[:2] == ["GET account/login/", "GET no page"]
    found = attributes(collector.spans[0])
    assert found["request_id"] == page["X-Request-ID"]
    assert 200 in found.values()
    assert b"1.2.3" in collector.received
    assert CANARY.encode() not in collector.received
    assert b"127.0.0.1" not in collector.received


@pytest.mark.django_db
def test_a_call_is_named_by_its_operation_without_the_text_of_a_failure(traced, collector, sandbox):
    organisation = factories.create_organisation()
    connection = factories.create_connection(organisation=organisation, sandbox=sandbox)
    sandbox.faults.add("fault", operation="GetRelaties", text=CANARY)

    with pytest.raises(EBoekhoudenError), open_client(connection) as client:
        client.relations()
    traced.force_flush()

    outcomes = {span.name: span.status.code for span in collector.spans}
    assert outcomes == {"e-Boekhouden GetRelaties": trace.StatusCode.ERROR.value}
    assert CANARY.encode() not in collector.received


@pytest.mark.redis
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_trace_of_a_request_goes_on_in_a_real_worker(
    traced, collector, own_redis_url, worker_sandbox_port
):
    def spans_of(name):
        return [span for span in collector.spans if span.name == name]

    with (
        worker_of(
            own_redis_url,
            worker_sandbox_port,
            name="traced@test",
            TEST_TRACES_URL=collector.address,
            OTEL_BSP_SCHEDULE_DELAY="200",
        ),
        sending_to(own_redis_url),
    ):
        with traced.get_tracer("test").start_as_current_span("asked for") as asked:
            purge_sessions.delay()
        traced.force_flush()
        until(lambda: spans_of("run/accounts.tasks.purge_sessions"))

    of_trace = f"{asked.get_span_context().trace_id:032x}"
    (ran,) = spans_of("run/accounts.tasks.purge_sessions")
    assert ran.trace_id.hex() == of_trace


@pytest.mark.once
def test_without_its_packages_a_collector_is_refused_in_words():
    program = (
        "import sys, django; sys.modules['opentelemetry.instrumentation.celery'] = None;"
        "django.setup()"
    )
    surroundings = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_TRACES_URL": "http://127.0.0.1:9",
    }

    start = subprocess.run(
        [sys.executable, "-c", program],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )

    assert start.returncode != 0
    assert "install requirements-tracing.lock" in start.stderr
