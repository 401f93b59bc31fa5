"""Validating a document against the schemas of UBL 2.1 in tests/schemas."""

from functools import cache
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).parents[2] / "schemas" / "ubl-2.1"
# Replaces the extensions of the standard, which import the schemas of signatures.
EXTENSIONS = "UBL-ExtensionContentDataType-2.1.xsd"
NO_EXTENSIONS = """
<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"
  targetNamespace="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2">
  <xsd:complexType name="ExtensionContentType"/>
</xsd:schema>
"""


class _NoExtensions(etree.Resolver):
    def resolve(self, url, public_id, context):
        return self.resolve_string(NO_EXTENSIONS, context) if url.endswith(EXTENSIONS) else None


@cache
def _schema(name: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_NoExtensions())
    path = FOLDER / "maindoc" / f"UBL-{name}-2.1.xsd"
    return etree.XMLSchema(etree.parse(str(path), parser))


def schema_errors(document: bytes) -> list[str]:
    """Return the schema errors of an Invoice or CreditNote."""
    root = etree.fromstring(document)
    schema = _schema(etree.QName(root).localname)
    schema.validate(root)
    return [f"line {error.line}: {error.message}" for error in schema.error_log]
