"""The questions of the probe and their answers, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

QUESTIONS: Mapping[str, Words] = MappingProxyType(
    {
        "login": _("Can the program log in and use every call?"),
        "transport": _("How is the connection secured?"),
        "visible_at_once": _("After how many milliseconds is a new record found?"),
        "success_error": _("How does the error block look when nothing is wrong?"),
        "empty_strings": _("Is an empty field left out of an answer?"),
        "empty_lists": _("Is an empty list left out of an answer?"),
        "missing_filter": _("Is a call without a filter answered?"),
        "dotted_codes": _("Do error codes have a dot?"),
        "answer_encoding": _("In which encoding are answers written?"),
        "stray_characters": _("Do answers have characters that XML forbids?"),
        "parallel_sessions": _("Does a session stay open when another one is opened?"),
        "braces_required": _("Must a session be named with its braces?"),
        "largest_message": _("Is the largest invoice accepted?"),
        "effect_after_hanging_up": _("Is a record made although we hang up before the answer?"),
        "unique_relation": _("Is a second relation with the same code refused?"),
        "relation_fields_required": _("Is a relation without a name refused?"),
        "contact_max": _("How many characters may a contact person have?"),
        "email_max": _("How many characters may an e-mail address have?"),
        "absent_on_update": _("What happens to a field that an update does not name?"),
        "filter": _("Which codes does a filter find?"),
        "text_kept": _("Are line breaks, accents and emoji kept?"),
        "codes_compared": _("Do capitals matter in a relation code?"),
        "blanks_compared": _("Do blanks matter in a relation code?"),
        "template": _("Does the invoice template exist?"),
        "unique_invoice": _("Is a second invoice with the same number refused?"),
        "assigned_number": _("Which number does an invoice get without one?"),
        "term_zero_allowed": _("Is a payment term of 0 days accepted?"),
        "quantity_decimals": _("How many decimals of a quantity are kept?"),
        "price_decimals": _("How many decimals of a price are kept?"),
        "too_long": _("What happens to an invoice number of 51 characters?"),
        "empty_vat_code": _("With which code is a line without a VAT code refused?"),
        "vat_rounded": _("Is VAT rounded for each rate or for each line?"),
        "invoices_cap": _("How many invoices does one answer have at most?"),
        "closed_until": _("Until which day is the administration closed?"),
        "booked_text": _("Does the entry of an invoice have our text?"),
        "unique_mutation": _("Is a second entry with the same invoice number refused?"),
        "invoice_number_blocks_entry": _("Is an entry with the number of an invoice refused?"),
        "vat_mismatch_code": _("With which code is wrong VAT refused?"),
        "vat_tolerance": _("How many cents may the VAT differ?"),
        "entries_cap": _("How many entries does one answer have at most?"),
        "entries_kept": _("Which entries does a full answer have?"),
        "entries_order": _("In which order do entries come?"),
        "entries_filter_first": _("Does a filter find an entry that a full answer lacks?"),
        "date_kept": _("Does the date of an entry stay the same?"),
        "slowest_answer": _("How many milliseconds did the slowest answer take?"),
        "session_idle": _("After how many minutes without a call does a session end?"),
        "session_total": _("After how many minutes does a session end that is in use?"),
    }
)

# By question and answer; without a question, for every question.
ANSWERS: Mapping[tuple[str, str], Words] = MappingProxyType(
    {
        ("", "yes"): _("yes"),
        ("", "no"): _("no"),
        ("", "none"): _("none"),
        ("", "not seen"): _("not seen: there were too few records"),
        ("", "not asked"): _("not asked"),
        ("", "failed"): _("no answer"),
        ("login", "ok"): _("yes"),
        ("effect_after_hanging_up", "answered in time"): _("not seen: the answer came too fast"),
        ("codes_compared", "exact"): _("yes"),
        ("codes_compared", "tolerant"): _("no"),
        ("blanks_compared", "exact"): _("yes"),
        ("blanks_compared", "tolerant"): _("no"),
        ("empty_strings", "absent"): _("yes"),
        ("empty_strings", "empty"): _("no"),
        ("empty_lists", "absent"): _("yes"),
        ("empty_lists", "empty"): _("no"),
        ("missing_filter", "empty"): _("yes"),
        ("missing_filter", "fault"): _("no"),
        ("stray_characters", "none"): _("no"),
        ("stray_characters", "raw"): _("yes, as they are"),
        ("stray_characters", "references"): _("yes, as references"),
        ("absent_on_update", "keep"): _("it keeps its value"),
        ("absent_on_update", "clear"): _("it is emptied"),
        ("filter", "exact"): _("exactly that code"),
        ("filter", "prefix"): _("codes that begin with it"),
        ("filter", "contains"): _("codes that contain it"),
        ("too_long", "cut"): _("it is cut off"),
        ("too_long", "fault"): _("the service breaks off"),
        ("vat_rounded", "rate"): _("for each rate"),
        ("vat_rounded", "line"): _("for each line"),
        ("invoices_cap", "0"): _("no limit seen"),
        ("entries_cap", "0"): _("no limit seen"),
        ("entries_kept", "newest"): _("the newest"),
        ("entries_kept", "oldest"): _("the oldest"),
        ("entries_order", "ascending"): _("ascending"),
        ("entries_order", "descending"): _("descending"),
    }
)


@dataclass(frozen=True)
class AnswerInWords:
    """A question and its answer as the settings page and the report show them."""

    key: str
    question: str
    answer: str


def in_words(answers: Mapping[str, str]) -> list[AnswerInWords]:
    """Return the answers in words, in the order of the questions and in the active language."""
    return [
        AnswerInWords(key, str(question), _worded(key, answers[key]))
        for key, question in QUESTIONS.items()
        if key in answers
    ]


def _worded(key: str, answer: str) -> str:
    words = ANSWERS.get((key, answer)) or ANSWERS.get(("", answer))
    return str(words) if words else answer
