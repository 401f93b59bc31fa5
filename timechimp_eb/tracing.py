"""Send traces to a collector of OpenTelemetry, if OTEL_EXPORTER_OTLP_ENDPOINT is set.

A trace goes from the page to the tasks that it asked for and their calls to e-Boekhouden. Spans say
what took how long: the page by its route, the task, the operation, how it ended. `OfNobody` leaves
out the rest: addresses, queries, browsers, ids of people and texts of exceptions.
"""

from collections.abc import Sequence
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status
from structlog.contextvars import get_contextvars

from lib import tracing

CELERY = CeleryInstrumentor()  # type: ignore[no-untyped-call]
SERVICE = "timechimp-eb"
KEPT = {
    "http.method",
    "http.request.method",
    "http.route",
    "http.status_code",
    "http.response.status_code",
    "celery.action",
    "celery.state",
    "celery.task_name",
    "request_id",
}


def start(endpoint: str, *, version: str) -> TracerProvider:
    """Send the spans of this process from now on; its collector is asked in the background.

    `endpoint` is the address of the collector, to which OTLP adds /v1/traces.
    """
    exporter = OfNobody(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))
    resource = Resource({"service.name": SERVICE, "service.version": version})
    provider = TracerProvider(resource=resource, shutdown_on_exit=True)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(
        tracer_provider=provider, response_hook=_add_request_id, is_sql_commentor_enabled=False
    )
    CELERY.instrument(tracer_provider=provider)
    tracing.use(provider.get_tracer(__name__))
    return provider


def stop(provider: TracerProvider) -> None:
    """Send what waits and instrument nothing any more."""
    tracing.use(None)
    DjangoInstrumentor().uninstrument()
    CELERY.uninstrument()
    provider.shutdown()


def _add_request_id(span: Any, _request: Any, _response: Any) -> None:
    """Name the id with which the log lines of this request are found."""
    if span.is_recording() and (request_id := get_contextvars().get("request_id")):
        span.set_attribute("request_id", request_id)


class OfNobody(SpanExporter):
    """An exporter that hands on only what says nothing of people, customers and secrets."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self.exporter.export([clean(span) for span in spans])

    def shutdown(self) -> None:
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self.exporter.force_flush(timeout_millis)


def clean(span: ReadableSpan) -> ReadableSpan:
    """Return the span with what KEPT names, without events, links and the text of its status."""
    attributes = {key: one for key, one in (span.attributes or {}).items() if key in KEPT}
    return ReadableSpan(
        name=_name(span, attributes),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        kind=span.kind,
        instrumentation_scope=span.instrumentation_scope,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def _name(span: ReadableSpan, attributes: dict[str, Any]) -> str:
    """Return the route of a page: a path that is none of ours could hold anything."""
    if span.kind is not SpanKind.SERVER:
        return span.name
    method = attributes.get("http.request.method") or attributes.get("http.method") or "HTTP"
    return f"{method} {attributes.get('http.route') or 'no page'}"
