"""Send a SOAP call to e-Boekhouden and interpret the answer.

The only module that imports zeep. A call either returns the fields of a complete answer without an
error code, or raises one of the errors of `errors.py`.
"""

import dataclasses
import logging
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import structlog
import zeep
import zeep.exceptions
from lxml import etree

from . import contract
from .decoding import Decoded, decode
from .errors import EBoekhoudenError, MessageInvalid, NotConfigured, OutcomeUnknown, Refused
from .facts.codes import CodeClass, classify
from .reading import Reply, read_reply
from .wire import Limits, Response, checked_address, exchange

# AutoLogin and other operations with more power than this program needs are excluded on purpose.
ALLOWED = frozenset(
    {
        "OpenSession",
        "CloseSession",
        "AddRelatie",
        "UpdateRelatie",
        "GetRelaties",
        "AddFactuur",
        "GetFacturen",
        "AddMutatie",
        "GetMutaties",
        "GetOpenPosten",
        "GetGrootboekrekeningen",
        "GetKostenplaatsen",
        "GetArtikelen",
        "GetAdministraties",
    }
)

_BINDING = f"{{{contract.NAMESPACE}}}soapAppSoap"
_XML = frozenset({"text/xml", "application/xml", "application/soap+xml"})

# Strict parsing refuses a reply that was cut off. The lenient mode of zeep repairs it, and the
# relations in the missing half would seem to be deleted.
_SETTINGS = zeep.Settings(
    strict=True,
    xsd_ignore_sequence_order=True,
    forbid_dtd=True,
    forbid_entities=True,
    forbid_external=True,
    xml_huge_tree=False,
)

OnAnswer = Callable[[str, bytes, Decoded], None]
log = structlog.get_logger(__name__)
_zeep: Any = zeep  # the functions of zeep have no types

# At DEBUG these loggers write whole envelopes, including security codes.
for _name in ("zeep", "urllib3", "requests"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Soap:
    """Calls to one address. Cheap to create: use one for each task or thread."""

    def __init__(self, url: str, *, limits: Limits, on_answer: OnAnswer | None = None) -> None:
        """`on_answer` gets the operation of every answer, its bytes, and the same decoded."""
        checked_address(url)
        transport = _Transport(limits, on_answer)
        self._client = _zeep.Client(_wsdl(), transport=transport, settings=_SETTINGS)
        self._service = self._client.create_service(_BINDING, url)

    def call(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the fields of the answer, without its error block.

        Raises MessageInvalid if our own message is wrong (nothing was sent), and NotSent without a
        connection. A complete answer with a code raises Refused or NotConfigured; everything else
        raises OutcomeUnknown.
        """
        self._check(operation, arguments)
        reply = self._answer(operation, arguments)
        if not reply.code:
            return reply.fields
        if classify(reply.code, reply.text) is CodeClass.CREDENTIALS:
            raise NotConfigured(reply.code, reply.text)
        raise Refused(reply.code, reply.text)

    def _check(self, operation: str, arguments: Mapping[str, Any]) -> None:
        """Build the message without sending it, and validate it against the contract."""
        if operation not in ALLOWED:
            raise MessageInvalid("operation", "is not allowed")
        try:
            envelope = self._client.create_message(self._service, operation, **arguments)
        except (zeep.exceptions.Error, TypeError, ValueError, ArithmeticError):
            raise MessageInvalid(operation, "cannot be written as XML") from None
        _check_schema(envelope, operation)

    def _answer(self, operation: str, arguments: Mapping[str, Any]) -> Reply:
        try:
            reply = self._service[operation](**arguments)
        except EBoekhoudenError:
            raise
        except zeep.exceptions.Fault:
            # A Fault may come after the effect, so it is not a refusal.
            raise OutcomeUnknown("fault") from None
        except (zeep.exceptions.DTDForbidden, zeep.exceptions.EntitiesForbidden):
            raise OutcomeUnknown("forbidden-xml") from None
        except zeep.exceptions.TransportError as error:
            raise OutcomeUnknown(_kind_of_damage(error.content)) from None
        except Exception as error:  # noqa: BLE001
            # The message was sent: an error from here on says nothing about its effect.
            raise OutcomeUnknown("wrong-answer", type(error).__name__) from None
        if not isinstance(reply, Reply):
            raise OutcomeUnknown("empty")
        return reply


class _Transport:
    """The transport for zeep: our own exchange, and no other network access."""

    def __init__(self, limits: Limits, on_answer: OnAnswer | None = None) -> None:
        self._limits = limits
        self._on_answer = on_answer

    def load(self, url: str) -> bytes:
        if url != str(contract.PATH):
            raise PermissionError("Only the contract on disk is loaded.")
        return contract.PATH.read_bytes()

    def post_xml(
        self, address: str, envelope: etree._Element, headers: Mapping[str, str]
    ) -> Response:
        message = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
        answer = exchange(address, message, headers, self._limits)
        _check_answer(answer)
        return self._readable(answer, operation=_operation_of(headers))

    def _readable(self, answer: Response, *, operation: str) -> Response:
        """Return the answer in UTF-8 without characters that XML forbids; say it if there were."""
        decoded = decode(answer.content, answer.headers.get_content_charset())
        if self._on_answer:
            self._on_answer(operation, answer.content, decoded)
        if decoded.marks:
            log.warning("answer.characters_dropped", operation=operation, count=decoded.marks)
        if decoded.encoding != "utf-8":
            log.info("answer.other_encoding", operation=operation, encoding=decoded.encoding)
        if len(decoded.content) > self._limits.body:
            raise OutcomeUnknown("oversize")
        if _looks_like_html(decoded.content):
            raise OutcomeUnknown("html", f"HTTP {answer.status_code}")
        return dataclasses.replace(answer, content=decoded.content)


def _operation_of(headers: Mapping[str, str]) -> str:
    return headers.get("SOAPAction", "").strip('"').rpartition("/")[2]


def _check_answer(answer: Response) -> None:
    """Raise OutcomeUnknown for everything but a 200 with XML."""
    status = answer.status_code
    detail = f"HTTP {status}"
    if 300 <= status < 400:
        raise OutcomeUnknown("redirect", detail)
    if status == 429:
        raise OutcomeUnknown("too-many-requests", detail)
    if not answer.content.strip():
        raise OutcomeUnknown("empty", detail)
    media_type = (answer.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    if media_type == "text/html" or _looks_like_html(answer.content):
        raise OutcomeUnknown("html", detail)
    if status != 200:
        is_fault = media_type in _XML and b"Fault" in answer.content
        raise OutcomeUnknown("fault" if is_fault else "http-error", detail)
    if media_type not in _XML:
        raise OutcomeUnknown("wrong-answer", "not XML")


def _looks_like_html(content: bytes) -> bool:
    return content.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))


def _kind_of_damage(content: bytes | None) -> str:
    ended = (content or b"").rstrip().endswith(b"Envelope>")
    return "not-xml" if ended else "truncated"


def _check_schema(envelope: etree._Element, operation: str) -> None:
    """Raise MessageInvalid if the message breaks the contract, without the element's value."""
    schema = contract.schema()
    body = envelope[-1]
    if not schema.validate(body[0]):
        path = schema.error_log[0].path or operation
        raise MessageInvalid(path.rpartition("}")[2].rpartition(":")[2], "breaks the contract")


@cache
def _wsdl() -> Any:
    """Return the contract as parsed by zeep, once per process, with our own reader for answers."""
    transport = _Transport(Limits())
    document = _zeep.wsdl.Document(str(contract.PATH), transport, settings=_SETTINGS)
    binding = document.bindings[_BINDING]
    for name in ALLOWED:
        binding.get(name).process_reply = partial(read_reply, operation=name)
    return document
