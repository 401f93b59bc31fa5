"""What the service may be asked and what it answers, read once from the WSDL beside this module."""

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
    """The schema of all messages, to check a body with before it leaves."""
    return etree.XMLSchema(_schema_element())


@cache
def fields_of(type_name: str) -> Mapping[str, str]:
    """Field names of a complex type, each with the name of its own type ('' if it has none)."""
    elements = _complex_types()[type_name].iter(f"{_XSD}element")
    return MappingProxyType(
        {element.get("name", ""): _local(element.get("type", "")) for element in elements}
    )


@cache
def row_of(type_name: str) -> tuple[str, str] | None:
    """Element and type name of the rows, if this type is a list; otherwise None."""
    complex_type = _complex_types().get(type_name)
    if complex_type is None:
        return None
    row = complex_type.find(f"{_XSD}sequence/{_XSD}element[@maxOccurs='unbounded']")
    return None if row is None else (row.get("name", ""), _local(row.get("type", "")))


@cache
def is_complex(type_name: str) -> bool:
    """Whether values of this type have fields of their own."""
    return type_name in _complex_types()


@cache
def result_of(operation: str) -> str | None:
    """Type name of the operation's result; None for the one that answers nothing."""
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
