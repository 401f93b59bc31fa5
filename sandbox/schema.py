"""The contract of the service as tables, read from its WSDL, and its XSD to check answers."""

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lxml import etree

WSDL = Path(__file__).parent.parent / "integrations" / "eboekhouden" / "eboekhouden.wsdl"
XSD = "http://www.w3.org/2001/XMLSchema"
WSDL_NS = "http://schemas.xmlsoap.org/wsdl/"


@dataclass(frozen=True)
class Field:
    """One element of a type; `builtin` says that `type` is a plain value, or untyped text."""

    name: str
    type: str
    builtin: bool
    many: bool
    required: bool
    nillable: bool


class Contract:
    """`elements` and `types` have their fields in wire order; `enums` have their allowed words."""

    def __init__(self, path=WSDL):
        parser = etree.XMLParser(remove_comments=True, resolve_entities=False, no_network=True)
        self.document = etree.parse(str(path), parser).getroot()
        schema = self.document.find(f".//{{{XSD}}}schema")
        self.namespace = schema.get("targetNamespace")
        self.types, self.enums = {}, {}
        for kind in schema.findall(f"{{{XSD}}}simpleType"):
            words = kind.iterfind(f".//{{{XSD}}}enumeration")
            self.enums[kind.get("name")] = [word.get("value") for word in words]
        for kind in schema.findall(f"{{{XSD}}}complexType"):
            self.types[kind.get("name")] = _fields(kind)
        self.elements = {
            element.get("name"): _fields(element) for element in schema.findall(f"{{{XSD}}}element")
        }
        port = self.document.find(f"{{{WSDL_NS}}}portType")
        self.operations = [o.get("name") for o in port.findall(f"{{{WSDL_NS}}}operation")]
        self._xsd = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
        self._one_at_a_time = threading.Lock()

    def item_of(self, type_name):
        """Return the repeated field of a list type; None for any other type."""
        fields = self.types.get(type_name, ())
        return fields[0] if len(fields) == 1 and fields[0].many else None

    def assert_valid(self, element):
        """Raise AssertionError for an answer that the contract does not allow."""
        with self._one_at_a_time:
            if not self._xsd.validate(element):
                raise AssertionError(f"The sandbox broke the contract: {self._xsd.error_log}")

    def wsdl(self, address):
        """Return the WSDL, with the address of both ports replaced."""
        copy = etree.fromstring(etree.tostring(self.document))
        for port in copy.iterfind(f".//{{{WSDL_NS}}}port/*"):
            port.set("location", address)
        return etree.tostring(copy, xml_declaration=True, encoding="utf-8")


def _fields(kind):
    return tuple(_field(element) for element in kind.iterfind(f".//{{{XSD}}}element"))


def _field(element):
    prefix, _, name = (element.get("type") or "").rpartition(":")
    return Field(
        name=element.get("name"),
        type=name or "string",
        builtin=not name or element.nsmap.get(prefix or None) == XSD,
        many=element.get("maxOccurs") == "unbounded",
        required=element.get("minOccurs", "1") != "0",
        nillable=element.get("nillable") == "true",
    )


@lru_cache(maxsize=1)
def contract():
    """Return the only contract; reading it takes some milliseconds."""
    return Contract()
