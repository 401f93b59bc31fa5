"""Every switch of the sandbox: the question of the probe that finds it, and its positions."""

from django.utils import timezone

YES_NO = {True: "yes", False: "no"}
LAST_YEAR = f"{timezone.localdate().year - 1}-12-31"

# By switch: the question that finds it, and the answer at some positions.
FOUND = {
    "dotted_codes": ("dotted_codes", YES_NO),
    "success_error": ("success_error", {v: v for v in ("empty", "absent", "blank", "bare")}),
    "empty_strings": ("empty_strings", {"empty": "empty", "absent": "absent"}),
    "empty_lists": ("empty_lists", {"empty": "empty", "absent": "absent"}),
    "missing_filter": ("missing_filter", {"empty": "empty", "fault": "fault"}),
    "stray_characters": ("stray_characters", {v: v for v in ("none", "references", "raw")}),
    "answer_encoding": (
        "answer_encoding",
        {v: v for v in ("utf-8", "utf-8-bom", "utf-16", "iso-8859-1", "windows-1252")},
    ),
    "session_idle_seconds": ("session_idle", {20 * 60: "20", 45: "1", 7200: "more than 60"}),
    "session_total_seconds": ("session_total", {0: "more than 60", 600: "10", 90: "2"}),
    "parallel_sessions": ("parallel_sessions", YES_NO),
    "braces_required": ("braces_required", YES_NO),
    "user_has_rights": ("login", {True: "ok", False: "E0015"}),
    "administration_found": ("login", {True: "ok", False: "E0012"}),
    "unable_to_verify": ("login", {False: "ok", True: "E0017"}),
    "daily_quota": ("login", {10_000: "ok", 20: "E0033"}),
    "monthly_quota": ("login", {5_000: "ok", 0: "E0031"}),
    "max_request_bytes": ("largest_message", {4 * 1024 * 1024: "yes", 20_000: "no"}),
    "unique_relation": ("unique_relation", YES_NO),
    "relation_fields_required": ("relation_fields_required", YES_NO),
    "absent_on_update": ("absent_on_update", {"keep": "keep", "clear": "clear"}),
    "contact_max": ("contact_max", {50: "50", 150: "150"}),
    "email_max": ("email_max", {50: "50", 150: "150"}),
    "codes_compared": ("codes_compared", {"exact": "exact", "tolerant": "tolerant"}),
    "unique_invoice": ("unique_invoice", YES_NO),
    "unique_mutation": ("unique_mutation", YES_NO),
    "templates": ("template", {}),  # a list: see the test of its own
    "assign_numbers": ("assigned_number", {"F{:05d}": "F00001", "R{:03d}": "R001"}),
    "term_zero_allowed": ("term_zero_allowed", YES_NO),
    "quantity_decimals": ("quantity_decimals", {2: "2", 3: "3", 4: "4"}),
    "price_decimals": ("price_decimals", {2: "2", 3: "3", 4: "4"}),
    "too_long": ("too_long", {"fault": "fault", "cut": "cut"}),
    "empty_vat_code": ("empty_vat_code", {v: v for v in ("CFACT038", "CFACT041")}),
    "vat_mismatch_code": ("vat_mismatch_code", {"CMUT010.1": "CMUT0101", "CMUT011": "CMUT011"}),
    "vat_tolerance_cents": ("vat_tolerance", {1: "1", 0: "0", 3: "3"}),
    "vat_rounded": ("vat_rounded", {"rate": "rate", "line": "line"}),
    "closed_until": ("closed_until", {"": "none", LAST_YEAR: LAST_YEAR}),
    "invoices_cap": ("invoices_cap", {0: "0", 2: "2"}),
    "filter": ("filter", {v: v for v in ("exact", "prefix", "contains")}),
    "entries_cap": ("entries_cap", {500: "0", 2: "2"}),
    "entries_order": ("entries_order", {v: v for v in ("ascending", "descending")}),
    "visibility_lag_ms": ("visible_at_once", {0: "0", 300: "300"}),
    "apply_delay_ms": ("slowest_answer", {300: "300"}),
}
# Seen only when an answer is full.
WHEN_FULL = {
    "entries_kept": ("entries_kept", {"newest": "newest", "oldest": "oldest"}),
    "entries_filter_first": ("entries_filter_first", YES_NO),
}
# The program never makes the calls that these are about.
NEVER_CALLED = {"accountant", "balance_until_inclusive"}

CASES = [(s, p) for s, (_q, answers) in FOUND.items() for p in answers]
