"""The web page that shows the contents of the books."""

import json
from decimal import Decimal, InvalidOperation
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import parse_qs, quote

from .page_sections import sections
from .reply import Reply
from .schema import contract

HERE = Path(__file__).parent
HTML = "text/html; charset=utf-8"
FILES = {
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}
BUTTONS: dict[str | None, dict[str, Any]] = {
    "drop": {"action": "drop", "phase": "after", "operation": "AddFactuur"},
    "drop_entry": {"action": "drop", "phase": "after", "operation": "AddMutatie"},
    "html": {"action": "html"},
    "delay": {
        "action": "delay",
        "phase": "after",
        "seconds": 70,
        "operation": "AddFactuur",
    },
    "refuse": {"action": "refuse", "count": None},
    "expire": {"action": "expire"},
}


def service_reply(origin):
    """Return the page at the address of the service."""
    names = "".join(f"<li>{escape(name)}</li>" for name in sorted(contract().operations))
    text = (
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>soapApp Web Service</title>"
        '<link rel=stylesheet href="/page.css"></head><body><main><h1>soapApp</h1>'
        "<p>The following operations are supported. For a formal definition, please review the "
        f'<a href="{escape(origin)}/soap.asmx?wsdl">Service Description</a>. '
        f'The books are on <a href="/">this page</a>.</p><ul>{names}</ul></main></body></html>'
    )
    return Reply(body=text.encode(), content_type=HTML, headers=SAFE)


def reply(service, path, query, *, origin, others=()):
    """Return the page, its style and script, an invoice, or 404."""
    if path == "/":
        template = Template(HERE.joinpath("page.html").read_text(encoding="utf-8"))
        notice = parse_qs(query).get("notice", [""])[-1]
        shown = sections(service, origin=origin) | {"others": _links(others)}
        text = template.substitute(shown, notice=escape(notice))
        return Reply(body=text.encode(), content_type=HTML, headers=SAFE)
    if path in FILES:
        name, kind = FILES[path]
        return Reply(body=HERE.joinpath(name).read_bytes(), content_type=kind)
    if path == "/bh/getfactuur.asp":
        return _document(service, query)
    return Reply(status=404, content_type="text/plain", body=b"There is no such page.")


def _links(others):
    """Return links to the pages of the other administrations at this address."""
    links = (f'<a href="{one.prefix}/">{escape(one.books.administration())}</a>' for one in others)
    return "".join(f"<p>Other administration: {link}</p>" for link in links)


def _document(service, query):
    """Return the invoice of a PDF link; the link works only with its secret."""
    secret = parse_qs(query).get("s", [""])[0]
    invoice = next((one for one in service.books.invoices() if one.secret == secret), None)
    if not secret or invoice is None:
        return Reply(status=404, content_type="text/plain", body=b"There is no such invoice.")
    rows = "".join(
        f"<tr><td>{escape(line.description)}<td>{line.quantity} {escape(line.unit)}"
        f"<td class=amount>{line.price}</tr>"
        for line in invoice.lines
    )
    text = (
        f"<!DOCTYPE html><html lang=nl><head><meta charset=utf-8><title>Factuur "
        f'{escape(invoice.number)}</title><link rel=stylesheet href="/page.css"></head><body>'
        f"<main><h1>Factuur {escape(invoice.number)}</h1><p>{invoice.date} · "
        f"{escape(invoice.relation_code)} · {escape(invoice.template)}</p><table>{rows}"
        f"<tr><th>Totaal incl. btw<td><td class=amount>{invoice.total}</tr></table></main></html>"
    )
    return Reply(body=text.encode(), content_type=HTML, headers=SAFE)


def submitted(service, path, body):
    """Handle a form of the page; then show the page with the result."""
    form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    action = FORMS.get(path.removeprefix("/page/"))
    if action is None:
        return Reply(status=404, content_type="text/plain")
    try:
        notice = action(service, form)
    except (ValueError, LookupError, InvalidOperation) as problem:
        notice = f"Not done: {problem}"
    return Reply(
        status=303,
        headers={"Location": f"{service.prefix}/?notice={quote(notice)}"},
        content_type="text/plain",
    )


def _payment(service, form):
    amount = Decimal(form.get("amount", "").replace(",", "."))
    side = form.get("side", "debtors")
    service.books.pay(form.get("number"), amount, relation_code=form.get("relation"), side=side)
    return f"Payment of {amount} booked on invoice {form.get('number')}."


def _fault(service, form):
    rule = service.faults.add(**BUTTONS[form.get("fault")])
    return f"Ordered: {rule}."


def _clear_faults(service, form):
    return f"{service.faults.clear()} faults taken away."


def _switch(service, form):
    name, text = form.get("name"), form.get("value", "")
    current = service.switches.as_dict()[name]
    value = text if isinstance(current, str) else json.loads(text)
    service.switches.change({name: value})
    return f"{name} is now {text}."


def _expire(service, form):
    service.books.expire_sessions()
    return "All sessions have expired."


FORMS = {
    "payment": _payment,
    "fault": _fault,
    "faults-off": _clear_faults,
    "switch": _switch,
    "expire": _expire,
}
