"""The auditor of the killing loop sees each kind of mistake that it looks for."""

from decimal import Decimal

from tools.crash.auditing import Remote, check_existing, compare_all, gaps, leaks, read_person_log

BOOKING = {
    "id": 1,
    "kind": "invoice",
    "state": "confirmed",
    "name": "TC2026-0001",
    "remote_id": "TC2026-0001",
    "customer": "C0001",
    "gross": Decimal("121.00"),
}
DOCUMENT = Remote("invoice", "TC2026-0001", "TC2026-0001", "C0001", Decimal("121.00"))


def kinds(bookings, remote):
    return kinds_of(compare_all(bookings, remote))


def kinds_of(findings):
    return {finding.kind for finding in findings}


def test_one_document_with_the_same_content_is_right():
    assert kinds([BOOKING], [DOCUMENT]) == set()


def test_a_second_document_is_a_duplicate():
    assert "duplicate" in kinds([BOOKING], [DOCUMENT, DOCUMENT])


def test_a_document_that_nobody_booked_is_a_duplicate():
    assert "duplicate" in kinds([], [DOCUMENT])


def test_a_booking_without_a_document_is_lost():
    assert kinds([BOOKING], []) == {"lost"}


def test_a_document_of_another_customer_or_total_is_no_document_of_ours():
    assert "lost" in kinds([BOOKING], [DOCUMENT._replace(customer="C0002")])
    assert "lost" in kinds([BOOKING], [DOCUMENT._replace(gross=Decimal("121.01"))])


def test_a_booking_with_another_id_than_the_document_has_is_lost():
    assert "lost" in kinds([{**BOOKING, "remote_id": "TC2026-0009"}], [DOCUMENT])


def test_what_is_still_open_is_stuck_and_what_was_refused_is_lost():
    assert "stuck" in kinds([{**BOOKING, "state": "unknown"}], [])
    assert "lost" in kinds([{**BOOKING, "state": "rejected"}], [])


def test_a_missing_or_double_number_is_a_gap():
    series = [{"prefix": "TC", "year": 2026, "last": 3}]

    assert not list(gaps(["TC2026-0002", "TC2026-0001", "TC2026-0003"], series))
    assert list(gaps(["TC2026-0001", "TC2026-0003"], series))
    assert list(gaps(["TC2026-0001", "TC2026-0002", "TC2026-0002"], series))


def test_a_code_in_a_log_is_found_in_any_writing(tmp_path):
    (tmp_path / "worker.log").write_text("login with {AB-12}")

    assert [finding.kind for finding in leaks(tmp_path, ["ab-12"])] == ["secret"]
    assert not list(leaks(tmp_path, ["cd-34"]))


def test_what_people_were_told_is_read_past_lines_that_a_kill_cut_off():
    numbers, events = read_person_log('{"made": ["TC2026-0001"]}\n{"changed": 1}\n{"made": ["TC2')

    assert numbers == ["TC2026-0001"]
    assert events["changed"] == 1


BY_SERVICE = frozenset({("invoice", "TC2026-0001")})


def test_what_somebody_else_made_is_there_once_and_nobodys_booking():
    stopped = {**BOOKING, "state": "conflict"}

    assert not list(check_existing([stopped], [DOCUMENT], BY_SERVICE))
    assert kinds_of(check_existing([stopped], [DOCUMENT, DOCUMENT], BY_SERVICE)) == {"duplicate"}
    assert kinds_of(check_existing([BOOKING], [DOCUMENT], BY_SERVICE)) == {"lost"}
    assert kinds_of(check_existing([stopped], [], BY_SERVICE)) == {"duplicate"}
