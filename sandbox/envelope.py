"""SOAP envelopes, 1.1 and 1.2: read arguments as .NET does, and write answers."""

import dataclasses
import re
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from .faulting import SoapFault
from .schema import contract
from .values import DEFAULTS, READERS, WHITE, BadValue, write_value

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
# The encodings of an answer: what its declaration says, and the codec.
ENCODINGS = {
    "utf-8": (DECLARATION, "utf-8"),
    "utf-8-bom": (DECLARATION, "utf-8-sig"),
    "utf-16": ('<?xml version="1.0" encoding="utf-16"?>', "utf-16"),
    "iso-8859-1": ('<?xml version="1.0" encoding="iso-8859-1"?>', "iso-8859-1"),
    "windows-1252": ("", "cp1252"),
}
STRAY = "\x1f"
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
HIDDEN_FROM = 0xF0000
HIDDEN = re.compile("[\U000f0000-\U000fffff]")
CARRIAGE_RETURN = {"\r": "&#13;"}
FAULT_11 = (
    "<soap:Fault><faultcode>soap:{code}</faultcode><faultstring>{text}</faultstring><detail />"
    "</soap:Fault>"
)
FAULT_12 = (
    "<soap:Fault><soap:Code><soap:Value>soap:{code}</soap:Value></soap:Code><soap:Reason>"
    '<soap:Text xml:lang="en">{text}</soap:Text></soap:Reason><soap:Detail /></soap:Fault>'
)
CODES_12 = {"Client": "Sender", "Server": "Receiver"}
UNREADABLE = "Server was unable to read request. ---> "
NO_DTD = (
    f"{UNREADABLE}There is an error in XML document (1, 1). ---> "
    "For security reasons DTD is prohibited in this XML document."
)
ALWAYS_SHOWN = ("LastErrorCode", "LastErrorDescription")


@dataclass
class Request:
    """A parsed call: missing values have the defaults of .NET, missing texts are None."""

    operation: str
    arguments: dict
    document: etree._Element = dataclasses.field(repr=False, default=None)


def parse(body, *, charset=None):
    """Return the root of the document; SoapFault for bad XML, a DTD, or an unknown charset."""
    try:
        parser = etree.XMLParser(
            encoding=charset,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        root = etree.fromstring(body, parser)
    except LookupError:
        raise SoapFault(f"{UNREADABLE}'{charset}' is not a supported encoding name.") from None
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SoapFault(NO_DTD if b"<!DOCTYPE" in body else _unreadable(error)) from None
    if root.getroottree().docinfo.doctype:
        raise SoapFault(NO_DTD)
    return root


def _unreadable(error):
    line, column = getattr(error, "position", None) or (0, 0)
    inner = "Root element is missing." if line == 0 else "Data at the root level is invalid."
    if line > 1 or column > 1:
        inner = str(getattr(error, "msg", error))
    return f"{UNREADABLE}There is an error in XML document ({line}, {column}). ---> {inner}"


def soap_namespace(root):
    """Return the namespace of the envelope; SoapFault if it is not a SOAP envelope."""
    name = etree.QName(root)
    if name.localname != "Envelope" or name.namespace not in (SOAP_11, SOAP_12):
        raise SoapFault(
            "Possible SOAP version mismatch: Envelope namespace "
            f"{name.namespace or ''} was unexpected. Expecting {SOAP_11}.",
            code="VersionMismatch",
        )
    return name.namespace


def read(root, *, action):
    """Return the request in an envelope; `action` is from the HTTP headers, or None."""
    soap = soap_namespace(root)
    _understand_headers(root.find(f"{{{soap}}}Header"), soap)
    body = root.find(f"{{{soap}}}Body")
    wrapper = next(iter(body), None) if body is not None else None
    operation = _operation(action, wrapper)
    if wrapper is not None and etree.QName(wrapper) != _qualified(operation):
        wrapper = None  # .NET then calls the method without arguments
    arguments = _read_fields(wrapper, contract().elements[operation])
    return Request(operation=operation, arguments=arguments, document=root)


def _qualified(name):
    return f"{{{contract().namespace}}}{name}"


def _understand_headers(header, soap):
    for block in () if header is None else header:
        if block.get(f"{{{soap}}}mustUnderstand") in ("1", "true"):
            raise SoapFault(
                f"SOAP header {etree.QName(block).localname} was not understood.",
                code="MustUnderstand",
            )


def _operation(action, wrapper):
    known = contract().operations
    if action:
        namespace, _, name = action.rpartition("/")
        if namespace == contract().namespace and name in known:
            return name
        shown = action
    else:
        name = etree.QName(wrapper).localname if wrapper is not None else ""
        if name in known:
            return name
        shown = ""
    raise SoapFault(f"Server did not recognize the value of HTTP Header SOAPAction: {shown}.")


def _read_fields(element, fields):
    """Return the fields of an element: the first of a repeated name counts, unknown ones do not."""
    found: dict[Any, etree._Element] = {}
    for child in () if element is None else element:
        found.setdefault(child.tag, child)
    return {field.name: _read(found.get(_qualified(field.name)), field) for field in fields}


def _read(element, field):
    if not field.builtin and field.type in contract().types:
        return _read_object(element, field)
    if element is None:
        return _default(field)
    if element.get(f"{{{XSI}}}nil") in ("true", "1") and (
        field.nillable or (field.builtin and field.type not in READERS)
    ):
        return None
    return _read_value(element, field)


def _read_object(element, field):
    item = contract().item_of(field.type)
    if item is not None:
        tag = _qualified(item.name)
        children = () if element is None else element.iterchildren(tag)
        return [_read_item(child, item) for child in children]
    if element is None or element.get(f"{{{XSI}}}nil") in ("true", "1"):
        return None
    return _read_fields(element, contract().types[field.type])


def _read_item(element, item):
    if element.get(f"{{{XSI}}}nil") in ("true", "1"):
        return None
    return _read_fields(element, contract().types[item.type])


def _default(field):
    if field.type in contract().enums:
        return contract().enums[field.type][0]
    return None if field.nillable else DEFAULTS.get(field.type)


def _read_value(element, field):
    where = f"There is an error in XML document ({element.sourceline}, 1). ---> "
    if len(element):
        raise SoapFault(f"{UNREADABLE}{where}'Element' is an invalid XmlNodeType.")
    text = element.text or ""
    if field.type in contract().enums:
        if text.strip(WHITE) not in contract().enums[field.type]:
            raise SoapFault(
                f"{UNREADABLE}{where}Instance validation error: "
                f"'{text}' is not a valid value for {field.type}."
            )
        return text.strip(WHITE)
    if field.type not in READERS:
        return text
    try:
        return READERS[field.type](text.strip(WHITE))
    except BadValue as problem:
        raise SoapFault(f"{UNREADABLE}{where}{problem}") from None


def answer(operation, result, *, soap=SOAP_11, switches):
    """Return the bytes of an answer, in the order of the contract and valid against it."""
    parts: list[str] = []
    _write_fields(parts, contract().elements[f"{operation}Response"], result, switches)
    name, namespace = f"{operation}Response", contract().namespace
    response = f'<{name} xmlns="{namespace}">{"".join(parts)}</{name}>'
    contract().assert_valid(etree.fromstring(response))
    return _encoded(_envelope(soap, response).decode(), switches)


def _write_fields(parts, fields, values, switches):
    for field in fields:
        value = values.get(field.name)
        if value is None and field.required and not field.nillable:
            value = DEFAULTS.get(field.type, "")
        hidden = value == "" and switches.empty_strings == "absent"
        if value is None or (hidden and field.name not in ALWAYS_SHOWN):
            continue
        start = len(parts)
        _write_content(parts, field, value, switches)
        if len(parts) == start:
            parts.append(f"<{field.name} />")
        else:
            parts.insert(start, f"<{field.name}>")
            parts.append(f"</{field.name}>")


def _write_content(parts, field, value, switches):
    item = None if field.builtin else contract().item_of(field.type)
    if item is not None:
        fields = contract().types[item.type]
        for row in value:
            parts.append(f"<{item.name}>")
            _write_fields(parts, fields, row, switches)
            parts.append(f"</{item.name}>")
    elif not field.builtin and field.type in contract().types:
        _write_fields(parts, contract().types[field.type], value, switches)
    elif value != "":
        is_text = isinstance(value, str) and field.type not in contract().enums
        stray = is_text and switches.stray_characters != "none"
        text = f"{value}{STRAY}" if stray else write_value(value)
        parts.append(escape(_hidden(text), CARRIAGE_RETURN))


def _hidden(text):
    """Return the text with a private character for each one that XML forbids."""
    return FORBIDDEN.sub(lambda found: chr(HIDDEN_FROM + ord(found[0])), text)


def _encoded(text, switches):
    """Return the bytes of an answer; forbidden characters as references, as .NET, or raw."""
    raw = switches.stray_characters == "raw"

    def shown(hidden):
        number = ord(hidden[0]) - HIDDEN_FROM
        return chr(number) if raw else f"&#x{number:X};"

    shown_text = HIDDEN.sub(shown, text)
    declared, codec = ENCODINGS[switches.answer_encoding]
    shown_text = shown_text.replace(DECLARATION, declared, 1)
    errors = "surrogatepass" if codec.startswith("utf") else "xmlcharrefreplace"
    return shown_text.encode(codec, errors)


def _envelope(soap, content):
    return (
        f'{DECLARATION}<soap:Envelope xmlns:soap="{soap}" xmlns:xsi="{XSI}" xmlns:xsd="{XS}">'
        f"<soap:Body>{content}</soap:Body></soap:Envelope>"
    ).encode()


def fault(problem, *, soap=SOAP_11):
    """Return the bytes of a SOAP Fault."""
    text = escape("".join(character for character in problem.text if character.isprintable()))
    if soap == SOAP_12:
        code = CODES_12.get(problem.code, problem.code)
        return _envelope(soap, FAULT_12.format(code=code, text=text))
    return _envelope(soap, FAULT_11.format(code=problem.code, text=text))
