"""The auditor sees what was done in a wrong way, also when the result is right."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from tools.crash.findings import Case
from tools.crash.histories import histories
from tools.crash.wire_log import Log

NOW = datetime.datetime(2026, 11, 25, 12, 0, tzinfo=datetime.UTC)
NUMBER = "E1-2026-0001"
BOOKING = {
    "id": 1,
    "connection_id": 1,
    "kind": "invoice",
    "state": "confirmed",
    "reason": "agrees",
    "name": NUMBER,
    "natural_key": NUMBER,
    "booked": 1,
    "day": "2026-11-25",
    "ended_at": NOW + datetime.timedelta(seconds=0.3),
}


def at(seconds: float) -> datetime.datetime:
    return NOW + datetime.timedelta(seconds=seconds)


def attempt(
    fencing_token: int, began: float, outcome: str, *, sent: bool = False, lasted: float = 0.1
):
    return {
        "booking_id": 1,
        "fencing_token": fencing_token,
        "is_look_up": not sent,
        "started_at": at(began),
        "milliseconds": None if not outcome else int(1000 * lasted),
        "outcome": outcome,
    }


def request(seconds: float, operation: str, outcome: str, *, fault: str = "", code: str = ""):
    dutch = at(seconds).astimezone(ZoneInfo("Europe/Amsterdam")).replace(tzinfo=None)
    return {
        "at": dutch.isoformat(timespec="milliseconds"),
        "operation": operation,
        "number": NUMBER,
        "outcome": outcome,
        "fault": fault,
        "code": code,
    }


ABSENT = "answered, 0 found"
LOOKED = attempt(1, 0, "absent")
SENT = attempt(2, 0.2, "accepted", sent=True)
ASKED = request(0.05, "GetFacturen", ABSENT)
ORDERED = request(0.25, "AddFactuur", "answered")


def kinds(attempts, requests, **changes) -> list[str]:
    log = Log([{"id": place, **it} for place, it in enumerate(requests, start=1)])
    case = Case({}, [], settle=0.6, exchange=0.5, lease=0.75)
    found, _figures = histories([{**BOOKING, **changes}], attempts, log, case)
    return [finding.kind for finding in found]


def test_looked_up_sent_and_accepted_is_right():
    assert kinds([LOOKED, SENT], [ASKED, ORDERED]) == []


def test_what_arrived_without_being_written_down_is_blind():
    assert "blind" in kinds([LOOKED], [ASKED, ORDERED], state="queued")


def test_a_sending_without_a_look_up_is_blind():
    assert "blind" in kinds([{**SENT, "fencing_token": 1}], [ORDERED])


def test_an_absence_that_the_service_never_told_is_blind():
    page = request(0.05, "GetFacturen", ABSENT, fault="html before")

    assert kinds([LOOKED, SENT], [page, ORDERED]) == ["blind"]
    assert kinds([LOOKED, SENT], [ORDERED]) == ["blind"]


def listing(*numbers: str, since: str = "2026-01-01", found: int | None = None, fault: str = ""):
    """A look-up of several documents: all invoices of a period."""
    found = len(numbers) if found is None else found
    return {
        **request(0.05, "GetFacturen", f"answered, {found} found", fault=fault),
        "number": "",
        "numbers": list(numbers),
        "body": f"<DatumVan>{since}T00:00:00</DatumVan><DatumTm>2026-12-31T00:00:00</DatumTm>",
    }


def test_a_complete_list_without_the_number_proves_that_it_is_absent():
    assert kinds([LOOKED, SENT], [listing("E1-2026-0002"), ORDERED]) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"fault": "truncate after"},
        {"found": 500},
        {"since": "2026-11-26"},
        {"numbers": [NUMBER.lower()]},
    ],
)
def test_another_list_proves_nothing(wrong):
    wrong = dict(wrong)
    there = listing(*wrong.pop("numbers", []), **wrong)

    assert kinds([LOOKED, SENT], [there, ORDERED]) == ["blind"]


def test_one_look_up_of_several_is_not_two_workers():
    other = {**BOOKING, "id": 2, "name": "E1-2026-0002", "natural_key": "E1-2026-0002"}
    attempts = [LOOKED, {**LOOKED, "booking_id": 2}]
    waiting = {"state": "queued", "booked": 0}
    log = Log([{"id": 1, **listing()}])
    case = Case({}, [], settle=0.6, exchange=0.5, lease=0.75)

    found, _figures = histories([{**BOOKING, **waiting}, {**other, **waiting}], attempts, log, case)

    assert found == []


def second_sending(*looks: float, lost: str = "drop before") -> list[str]:
    attempts = [LOOKED, {**SENT, "outcome": "doubted"}]
    requests = [ASKED, {**ORDERED, "fault": lost}]
    for fencing_token, moment in enumerate(looks, start=3):
        attempts.append(attempt(fencing_token, moment, "absent"))
        requests.append(request(moment + 0.05, "GetFacturen", ABSENT))
    after = looks[-1] + 0.2
    attempts.append(attempt(3 + len(looks), after, "accepted", sent=True))
    requests.append(request(after + 0.05, "AddFactuur", "answered"))
    return kinds(attempts, requests, ended_at=at(after + 0.1))


def test_a_second_sending_after_two_late_look_ups_is_right():
    assert second_sending(1.5, 2.0) == []


@pytest.mark.parametrize("looks", [(1.5,), (0.4, 0.6), (0.4, 1.5)])
def test_a_second_sending_after_fewer_or_earlier_look_ups_is_blind(looks):
    assert second_sending(*looks) == ["blind"]


def test_after_a_refusal_one_look_up_is_enough():
    assert second_sending(0.4, lost="error_code before") == []


def test_an_order_after_the_end_is_blind_unless_it_comes_from_a_sleeper():
    again = attempt(3, 2.0, "absent")
    late = attempt(4, 2.1, "doubted", sent=True)
    found = kinds(
        [LOOKED, SENT, again, late],
        [ASKED, ORDERED, request(2.05, "GetFacturen", ABSENT), request(2.2, "AddFactuur", "")],
    )
    slept = kinds([LOOKED, {**SENT, "outcome": ""}], [ASKED, request(3.0, "AddFactuur", "")])

    assert {"blind", "history"} <= set(found)
    assert "blind" not in slept


def test_booked_without_having_been_seen_or_twice_is_no_history():
    assert kinds([LOOKED, {**SENT, "outcome": "doubted"}], [ASKED, ORDERED]) == ["history"]
    assert kinds([LOOKED, SENT], [ASKED, ORDERED], booked=2) == ["history"]
    assert kinds([LOOKED], [ASKED], reason="linked") == []


def test_two_at_work_on_one_connection_are_seen_unless_the_first_overslept_its_lease():
    early = attempt(3, 0.22, "look-up-failed")
    slow = {**SENT, "milliseconds": 2000}
    end = at(3)

    assert "history" in kinds([LOOKED, SENT, early], [ASKED, ORDERED], ended_at=end)
    overslept = [LOOKED, slow, attempt(3, 1.5, "look-up-failed")]
    assert kinds(overslept, [ASKED, ORDERED], ended_at=end) == []
