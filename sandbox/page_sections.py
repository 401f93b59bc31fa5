"""Sections of the page, each a piece of escaped HTML."""

from html import escape

LATEST = 30


def sections(service, *, origin):
    """Return the values for page.html."""
    books, credentials = service.books, service.books.credentials()
    return {
        "administration": escape(books.administration()),
        "url": escape(f"{origin}/soap.asmx"),
        "username": escape(credentials.username),
        "security_code_1": escape(credentials.security_code_1),
        "security_code_2": escape(credentials.security_code_2),
        "now": f"{service.clock.now():%Y-%m-%d %H:%M:%S}",
        "seed": service.faults.seed,
        "counts": _counts(books),
        "relations": _relations(books.relations()),
        "invoices": "".join(map(_invoice, _newest(books.invoices()))) or _nothing("invoices"),
        "entries": "".join(map(_entry, _newest(books.entries()))) or _nothing("mutations"),
        "open_items": _open_items(books),
        "accounts": _accounts(books.accounts()),
        "sessions": _sessions(books.sessions()),
        "requests": _requests(_newest(books.requests(limit=LATEST))),
        "faults": _faults(service.faults.active()),
        "switches": _switches(service.switches),
    }


def _newest(rows):
    return list(reversed(rows[-LATEST:]))


def _nothing(subject):
    return f'<p class="nothing">No {subject} yet.</p>'


def table(headings, rows, *, subject, numeric=()):
    """Return a table of cells that are HTML, or a sentence if there are no rows."""
    if not rows:
        return _nothing(subject)
    marks = [' class="amount"' if n in numeric else "" for n in range(len(headings))]
    head = "".join(f"<th{mark}>{name}</th>" for name, mark in zip(headings, marks, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{mark}>{cell}</td>" for cell, mark in zip(row, marks, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def money(amount):
    return f"{amount:,.2f}"


def plain(number):
    return f"{number.normalize():f}" if number else "0"


def _counts(books):
    numbers = (
        ("relations", "relaties", len(books.relations())),
        ("invoices", "facturen", len(books.invoices())),
        ("mutations", "mutaties", len(books.entries())),
        ("open items", "openstaande posten", len(books.open_items())),
    )
    return "".join(
        f'<li><b>{count}</b> {english} <i lang="nl">{dutch}</i></li>'
        for english, dutch, count in numbers
    )


def _relations(relations):
    rows = [
        (
            escape(one.code),
            escape(one.name),
            escape(one.fields.get("Plaats") or ""),
            escape(one.fields.get("Email") or ""),
            f"{one.added}",
        )
        for one in _newest(relations)
    ]
    return table(("Code", "Name", "Town", "E-mail", "Added"), rows, subject="relations")


def _invoice(invoice):
    lines = [
        (
            escape(line.description),
            plain(line.quantity),
            escape(line.unit),
            money(line.price),
            escape(line.vat_code),
            escape(line.account),
        )
        for line in invoice.lines
    ]
    headings = ("Description", "Quantity", "Unit", "Price", "VAT code", "Account")
    booked = f"booked as mutation {invoice.entry}" if invoice.entry else "not booked"
    return (
        f'<article><h3>{escape(invoice.number)} <span class="amount">{money(invoice.total)}</span>'
        f"</h3><p>{invoice.date} · relation {escape(invoice.relation_code)} · "
        f"{invoice.term} days · {escape(invoice.template)} · {booked}</p>"
        + table(headings, lines, subject="lines", numeric=(1, 3))
        + f'<p class="totals">excl. VAT <b>{money(invoice.net)}</b> · VAT '
        f"<b>{money(invoice.vat)}</b> · total <b>{money(invoice.total)}</b> · open "
        f"<b>{money(invoice.open)}</b></p></article>"
    )


def _entry(entry):
    lines = [
        (
            escape(line.account),
            escape(line.vat_code),
            money(line.net),
            money(line.vat),
            money(line.gross),
            line.cost_centre or "",
            escape(line.number),
        )
        for line in entry.lines
    ]
    headings = ("Account", "VAT code", "Excl.", "VAT", "Incl.", "Cost centre", "Invoice")
    return (
        f'<article><h3>{entry.id} <span lang="nl">{escape(entry.kind)}</span> '
        f'<span class="amount">{money(entry.total)}</span></h3><p>{_entry_facts(entry)}</p>'
        + table(headings, lines, subject="lines", numeric=(2, 3, 4))
        + "</article>"
    )


def _entry_facts(entry):
    facts = (
        f"{entry.date}",
        f"account {entry.account}",
        f"relation {entry.relation_code}" if entry.relation_code else "",
        f"invoice {entry.number}" if entry.number else "",
        f"voucher {entry.voucher}" if entry.voucher else "",
        entry.description,
    )
    return " · ".join(escape(fact) for fact in facts if fact)


def _open_items(books):
    rows = [
        (
            escape(item.number),
            escape(f"{item.relation_code} {item.relation_name}"),
            f"{item.date}",
            money(item.amount),
            money(item.paid),
            money(item.open),
            _payment_form(item, side),
        )
        for side in ("debtors", "creditors")
        for item in books.open_items(side=side)
    ]
    headings = (
        "Invoice",
        "Relation",
        "Date",
        "Amount",
        "Paid",
        "Open",
        "Enter a payment",
    )
    return table(headings, rows, subject="open items", numeric=(3, 4, 5))


def _payment_form(item, side):
    number, code = escape(item.number), escape(item.relation_code)
    return (
        '<form method="post" action="page/payment" class="inline">'
        f'<input type="hidden" name="number" value="{number}">'
        f'<input type="hidden" name="relation" value="{code}">'
        f'<input type="hidden" name="side" value="{side}">'
        f'<input name="amount" inputmode="decimal" value="{item.open:.2f}" size="9" '
        f'aria-label="Amount paid on invoice {number}"><button>Pay</button></form>'
    )


def _accounts(accounts):
    rows = [
        (
            escape(one.code),
            escape(one.description),
            escape(one.category),
            money(one.balance),
        )
        for one in accounts
        if one.balance
    ]
    return table(("Code", "Account", "Kind", "Balance"), rows, subject="balances", numeric=(3,))


def _sessions(sessions):
    rows = [
        (f"{one['id'][:8]}…", escape(one["source"]), _session_state(one)) for one in sessions[:8]
    ]
    return table(("Session", "Source", "State"), rows, subject="sessions")


def _session_state(session):
    if session["closed"]:
        return "closed"
    return "expired" if session["expired"] else "open"


def _requests(requests):
    rows = [
        (
            escape(one.at[11:23]),
            escape(one.operation or "?"),
            escape(one.number),
            escape(f"{one.code} {one.outcome}".strip()) + _fault_of(one),
            "yes" if one.applied else "",
            one.status or "none",
            one.bytes_in,
            one.milliseconds,
        )
        for one in requests
    ]
    headings = (
        "Time",
        "Operation",
        "Number",
        "Outcome",
        "Booked",
        "HTTP",
        "Bytes",
        "ms",
    )
    return table(headings, rows, subject="requests", numeric=(6, 7))


def _fault_of(request):
    return f' <em class="fault">{escape(request.fault)}</em>' if request.fault else ""


def _faults(rules):
    rows = [
        (
            escape(str(rule)),
            escape(rule.operation or "any"),
            escape(rule.number or "any"),
            _rule_condition(rule),
            "for ever" if rule.count is None else rule.count - rule.applied_count,
        )
        for rule in rules
    ]
    return table(("Fault", "Operation", "Number", "When", "Left"), rows, subject="faults")


def _rule_condition(rule):
    if rule.nth is not None:
        return f"from matching request {rule.nth} on"
    return "always" if rule.probability is None else f"chance {rule.probability}"


def _switches(switches):
    changed = switches.changed()
    rows = [
        (
            f"<b>{name}</b>" if name in changed else name,
            escape(str(value)),
        )
        for name, value in switches.as_dict().items()
    ]
    options = "".join(f"<option>{name}</option>" for name in switches.as_dict())
    form = (
        '<form method="post" action="page/switch" class="inline">'
        f'<select name="name" aria-label="Switch">{options}</select>'
        '<input name="value" aria-label="New value" size="14"><button>Set</button></form>'
    )
    return form + table(("Switch", "Value"), rows, subject="switches")
