"""All questions in the order in which they are asked, and asking them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..errors import EBoekhoudenError
from . import entries, invoices, relations, sessions, shapes
from .asking import CannotGoOn, Prober

LOGIN = "login"
Answers = dict[str, str]

# The order counts: what is counted or measured is asked after the records were made.
QUESTIONS: Mapping[str, Callable[[Prober], str]] = MappingProxyType(
    {
        "transport": sessions.transport,
        "visible_at_once": relations.visible_at_once,
        "success_error": shapes.success_error,
        "empty_strings": shapes.empty_strings,
        "empty_lists": shapes.empty_lists,
        "missing_filter": shapes.missing_filter,
        "dotted_codes": shapes.dotted_codes,
        "answer_encoding": shapes.answer_encoding,
        "stray_characters": shapes.stray_characters,
        "parallel_sessions": sessions.parallel_sessions,
        "braces_required": sessions.braces_required,
        "largest_message": sessions.largest_message,
        "effect_after_hanging_up": sessions.effect_after_hanging_up,
        "unique_relation": relations.unique_relation,
        "relation_fields_required": relations.relation_fields_required,
        "contact_max": relations.contact_max,
        "email_max": relations.email_max,
        "absent_on_update": relations.absent_on_update,
        "filter": relations.filter_matches,
        "text_kept": relations.text_kept,
        "codes_compared": invoices.codes_compared,
        "blanks_compared": invoices.blanks_compared,
        "template": invoices.template,
        "unique_invoice": invoices.unique_invoice,
        "assigned_number": invoices.assigned_number,
        "term_zero_allowed": invoices.term_zero_allowed,
        "quantity_decimals": invoices.quantity_decimals,
        "price_decimals": invoices.price_decimals,
        "too_long": invoices.too_long,
        "empty_vat_code": invoices.empty_vat_code,
        "vat_rounded": invoices.vat_rounded,
        "invoices_cap": invoices.invoices_cap,
        "closed_until": entries.closed_until,
        "booked_text": invoices.booked_text,
        "unique_mutation": entries.unique_mutation,
        "invoice_number_blocks_entry": invoices.invoice_number_blocks_entry,
        "vat_mismatch_code": entries.vat_mismatch_code,
        "vat_tolerance": entries.vat_tolerance,
        "entries_cap": entries.entries_cap,
        "entries_kept": entries.entries_kept,
        "entries_order": entries.entries_order,
        "entries_filter_first": entries.entries_filter_first,
        "date_kept": entries.date_kept,
        "slowest_answer": sessions.slowest_answer,
        "session_idle": sessions.session_idle,
        "session_total": sessions.session_total,
    }
)


def ask(probe: Prober, tell: Callable[[str, str], None] = lambda key, answer: None) -> Answers:
    """Ask all questions; `tell` gets each answer. The test entries are reversed at the end.

    A question that fails has an answer that says so. When the service refuses every call, the
    answer of `login` is the code, and the other questions have no answer.
    """
    answers: Answers = {}
    try:
        probe.session = probe.open_session()
        answers[LOGIN] = "ok"
        for key, question in QUESTIONS.items():
            answers[key] = _answer(question, probe)
            tell(key, answers[key])
    except CannotGoOn as stopped:
        answers[LOGIN] = stopped.code
    except EBoekhoudenError as error:
        answers[LOGIN] = error.code or error.reason
    finally:
        _clean_up(probe)
    return answers


def _answer(question: Callable[[Prober], str], probe: Prober) -> str:
    try:
        return question(probe)
    except EBoekhoudenError as error:
        return f"failed: {error.code or error.reason}"


def _clean_up(probe: Prober) -> None:
    try:
        probe.clean_up()
    except (CannotGoOn, EBoekhoudenError):
        return
