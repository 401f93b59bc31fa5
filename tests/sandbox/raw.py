"""A client that writes plain XML, and samples of valid arguments."""

import http.client
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from lxml import etree

NAMESPACE = "http://www.e-boekhouden.nl/soap"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
EVER = {"DatumVan": "1980-01-01", "DatumTm": "2049-12-31"}


def line(**changes):
    return {
        "Aantal": "7.5",
        "Eenheid": "Uur",
        "Code": "NONE",
        "Omschrijving": "Werk",
        "PrijsPerEenheid": "95",
        "BTWCode": "HOOG_VERK_21",
        "TegenrekeningCode": "8000",
        "KostenplaatsID": "0",
    } | changes


def invoice(number="2026-0001", *, lines=None, **changes):
    lines = [line()] if lines is None else lines
    return (
        {
            "Factuurnummer": number,
            "Relatiecode": "0001",
            "Datum": "2026-01-05",
            "Betalingstermijn": "14",
            "Factuursjabloon": "Factuursjabloon",
            "InBoekhoudingPlaatsen": "false",
            "BoekhoudmutatieOmschrijving": "Uren januari",
        }
        | changes
        | {"Regels": [("cFactuurRegel", one) for one in lines]}
    )


def entry_line(net="100", vat="21", gross="121", **changes):
    return {
        "BedragInvoer": gross,
        "BedragExclBTW": net,
        "BedragBTW": vat,
        "BedragInclBTW": gross,
        "BTWCode": "HOOG_VERK_21",
        "BTWPercentage": "21",
        "TegenrekeningCode": "8000",
        "KostenplaatsID": "0",
    } | changes


def entry(number="2026-0001", *, lines=None, **changes):
    lines = [entry_line()] if lines is None else lines
    return (
        {
            "MutatieNr": "0",
            "Soort": "FactuurVerstuurd",
            "Datum": "2026-01-05",
            "Rekening": "1300",
            "RelatieCode": "0001",
            "Factuurnummer": number,
            "Omschrijving": "Uren januari",
            "Betalingstermijn": "14",
            "InExBTW": "IN",
        }
        | changes
        | {"MutatieRegels": [("cMutatieRegel", one) for one in lines]}
    )


def purchase(number="A-77", **changes):
    lines = [entry_line(BTWCode="HOOG_INK_21", TegenrekeningCode="4200")]
    return entry(
        number, **{"Soort": "FactuurOntvangen", "Rekening": "1600", "lines": lines} | changes
    )


def payment(number="2026-0001", amount="121", **changes):
    lines = [
        entry_line(amount, "0", amount, BTWCode="GEEN", BTWPercentage="0", TegenrekeningCode="1300")
    ]
    return entry(
        number,
        **{"Soort": "FactuurbetalingOntvangen", "Rekening": "1010", "lines": lines} | changes,
    )


def xml_of(content):
    """Return fields as XML: a dict, a list of (name, fields) pairs, or text; None is left out."""
    if isinstance(content, str):
        return escape(content)
    pairs = content.items() if isinstance(content, dict) else content
    return "".join(
        f"<{name}>{xml_of(value)}</{name}>" for name, value in pairs if value is not None
    )


def envelope_of(operation, content, *, soap=SOAP_11):
    return (
        f'<s:Envelope xmlns:s="{soap}"><s:Body><{operation} xmlns="{NAMESPACE}">'
        f"{content}</{operation}></s:Body></s:Envelope>"
    ).encode()


def fields_of(element):
    """Return an element as nested dicts; a repeated name becomes a list."""
    if not len(element):
        return element.text or ""
    found = {}
    for child in element:
        found.setdefault(etree.QName(child).localname, []).append(fields_of(child))
    return {name: rows if len(rows) > 1 else rows[0] for name, rows in found.items()}


class RawClient:
    """Sends the given XML, and keeps the session it opened."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.session = ""

    def post(self, body, *, path="/soap.asmx", timeout=5, **headers):
        """Return status, headers and body of the answer; header names are given with _ for -."""
        connection = http.client.HTTPConnection(urlsplit(self.sandbox.url).netloc, timeout=timeout)
        names = {"Content-Type": "text/xml; charset=utf-8"}
        names |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request("POST", path, body, names)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def call(self, operation, arguments=None, *, timeout=5, **fields):
        """Return the result as nested dicts; session and security code 2 are added."""
        own = {"SessionID": self.session, "SecurityCode2": self.sandbox.security_code_2}
        content = xml_of(own | (arguments or {}) | fields)
        status, _, body = self.post(envelope_of(operation, content), timeout=timeout)
        root = etree.fromstring(body)
        if status != 200:
            raise AssertionError(root.findtext(".//faultstring"))
        response = root[0][0]
        return fields_of(response[0]) if len(response) else None

    def code(self, operation, arguments=None, **fields):
        """Return the code of a refusal, or an empty text."""
        result = self.call(operation, arguments, **fields)
        return (result.get("ErrorMsg", result) or {}).get("LastErrorCode", "")

    def open(self, **changes):
        known = {
            "Username": self.sandbox.username,
            "SecurityCode1": self.sandbox.security_code_1,
            "SecurityCode2": self.sandbox.security_code_2,
            "SessionID": None,
        }
        result = self.call("OpenSession", known | changes)
        self.session = result.get("SessionID", "")
        return result

    def add_relation(self, code="0001", **changes):
        fields = {"Code": code, "Bedrijf": "Jansen BV", "BP": "B"} | changes
        return self.call("AddRelatie", oRel=fields)

    def add_invoice(self, *arguments, **changes):
        return self.call("AddFactuur", oFact=invoice(*arguments, **changes))

    def add_entry(self, *arguments, **changes):
        return self.call("AddMutatie", oMut=entry(*arguments, **changes))
