"""Operations, types and schema of the service, read once from the WSDL in this folder."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from lxml import etree

PATH = Path(__file__).with_name("eboekhouden.wsdl")
NAMESPACE = "http://www.e-boekhouden.nl/soap"

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_XSD = "{http://www.w3.org/2001/XMLSchema}"


@cache
def schema() -> etree.XMLSchema:
    """Return the schema of all messages, to validate a body before it is sent."""
    return etree.XMLSchema(_schema_element())


@cache
def fields_of(type_name: str) -> Mapping[str, str]:
    """Return the fields of a complex type, each with the name of its type ('' if none)."""
    elements = _complex_types()[type_name].iter(f"{_XSD}element")
    return MappingProxyType(
        {element.get("name", ""): _local(element.get("type", "")) for element in elements}
    )


@cache
def row_of(type_name: str) -> tuple[str, str] | None:
    """Return element and type name of the rows if this type is a list, else None."""
    complex_type = _complex_types().get(type_name)
    if complex_type is None:
        return None
    row = complex_type.find(f"{_XSD}sequence/{_XSD}element[@maxOccurs='unbounded']")
    return None if row is None else (row.get("name", ""), _local(row.get("type", "")))


@cache
def is_complex(type_name: str) -> bool:
    """Return True if values of this type have fields of their own."""
    return type_name in _complex_types()


@cache
def result_of(operation: str) -> str | None:
    """Return the type name of the operation's result; None for the one without a result."""
    path = f"{_XSD}element[@name='{operation}Response']//{_XSD}element[@name='{operation}Result']"
    result = _schema_element().find(path)
    return None if result is None else _local(result.get("type", ""))


@cache
def _schema_element() -> etree._Element:
    root = etree.parse(PATH, etree.XMLParser(remove_comments=True)).getroot()
    found = root.find(f"{_WSDL}types/{_XSD}schema")
    if found is None:
        raise LookupError("The WSDL has no schema.")
    return found


@cache
def _complex_types() -> Mapping[str, etree._Element]:
    return {
        element.get("name", ""): element
        for element in _schema_element().findall(f"{_XSD}complexType")
    }


def _local(qualified: str) -> str:
    return qualified.rpartition(":")[2]
