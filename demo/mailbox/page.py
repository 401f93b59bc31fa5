"""The pages of the mail catcher as HTML; all contents of mails are escaped."""

from html import escape
from pathlib import Path
from urllib.parse import quote

from .reading import Caught, files, mails_in

ON_A_PAGE = 50  # files


def list_page(folder: Path, number: int) -> str:
    """Return the list of caught mails, the latest first."""
    names = files(folder)
    first = (number - 1) * ON_A_PAGE
    shown = names[first : first + ON_A_PAGE]
    rows = [_row(mail) for name in shown for mail in reversed(mails_in(folder, name))]
    if not rows:
        return frame("Mail", '<p class="nothing">Nothing was sent yet.</p>')
    table = (
        '<div class="scroll" tabindex="0" role="region" aria-label="Mails"><table><thead><tr>'
        "<th>Subject</th><th>To</th><th>Sent</th><th>Files</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
    return frame("Mail", table + _turning(number, first + ON_A_PAGE < len(names)))


def _row(mail: Caught) -> str:
    link = f'<a href="{address(mail)}">{escape(mail.header("Subject") or "(no subject)")}</a>'
    cells = (link, escape(mail.header("To")), escape(mail.when), str(len(mail.attachments)))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _turning(number: int, has_more: bool) -> str:  # noqa: FBT001
    newer = f'<a href="/?page={number - 1}">Newer</a>' if number > 1 else ""
    older = f'<a href="/?page={number + 1}">Older</a>' if has_more else ""
    return f'<p class="turning">{newer} {older}</p>' if newer or older else ""


def mail_page(mail: Caught) -> str:
    """Return the page of a mail: its headers, text and files."""
    names = ("From", "To", "Cc", "Reply-To", "Message-ID")
    heads = [(name, mail.header(name)) for name in names if mail.header(name)]
    pairs = "".join(
        f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in [*heads, ("Sent", mail.when)]
    )
    content = f"<dl>{pairs}</dl><pre>{escape(mail.text)}</pre>{_files(mail)}"
    return frame(mail.header("Subject"), f'{content}<p><a href="/">All mails</a></p>')


def _files(mail: Caught) -> str:
    links = (
        f'<li><a href="{address(mail)}/{place}">{escape(file.name)}</a> '
        f"<small>{escape(file.content_type)}, {len(file.content):,} bytes</small></li>"
        for place, file in enumerate(mail.attachments)
    )
    listed = "".join(links)
    return f"<h2>Files</h2><ul>{listed}</ul>" if listed else ""


def address(mail: Caught) -> str:
    return f"/mail/{quote(mail.file)}/{mail.place}"


def frame(title: str, content: str) -> str:
    """Return a whole page."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · mail catcher</title><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/page.css"></head><body><header><a href="/">Mail catcher</a>'
        " <small>what this demo would have sent; nothing left this machine</small></header>"
        f"<main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
