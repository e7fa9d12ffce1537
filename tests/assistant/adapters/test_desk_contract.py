"""What every desk does: the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistant.audit import verify
from assistant.cases.state import next_event
from assistant.errors import Conflict, NotFound
from assistant.records import CaseEventKind, CaseKind
from tests.fakes import START
from tests.turns import opened, signal, turn_record


def test_a_case_is_told_by_its_thread(record):
    record.ledger.record(turn_record(1))
    case = record.desk.case("case_000001")
    record.desk.append(next_event(case, CaseEventKind.REQUESTED, "hcp_7f3a", START), (signal("signal_requested"),))
    case = record.desk.case("case_000001")
    assert (case.status, len(case.events)) == ("requested", 2)
    assert record.outbox.counts()["waiting"] == 3
    assert verify(record.ledger.audit()) == ()


def test_an_unknown_case_is_not_found(record):
    record.desk.append(opened("case_known"))
    with pytest.raises(NotFound, match="case_404"):
        record.desk.case("case_404")
    stray = next_event((opened("case_404"),), CaseEventKind.NOTED, "msl_1", START)
    with pytest.raises(NotFound, match="case_404"):
        record.desk.append(stray)


def test_the_second_of_two_writers_of_the_same_event_is_told(record):
    record.desk.append(opened("case_1"))
    case = record.desk.case("case_1")
    record.desk.append(next_event(case, CaseEventKind.ASSIGNED, "msl_1", START))
    late = next_event(case, CaseEventKind.RESOLVED, "msl_2", START)
    with pytest.raises(Conflict, match="case_1"):
        record.desk.append(late, (signal("signal_late"),))
    assert record.desk.case("case_1").assignee == "msl_1"
    assert record.outbox.counts()["waiting"] == 0


def test_an_impossible_step_is_refused_even_when_handed_in_ready_made(record):
    record.desk.append(opened("case_1", CaseKind.SAFETY))
    event = next_event(record.desk.case("case_1"), CaseEventKind.NOTED, "safety_1", START)
    with pytest.raises(Conflict, match="cannot be withdrawn"):
        record.desk.append(event.model_copy(update={"kind": CaseEventKind.WITHDRAWN}))
    assert record.desk.case("case_1").status == "open"


def test_cases_come_newest_first_and_filtered(record):
    for number in range(6):
        kind = CaseKind.SAFETY if number % 2 else CaseKind.MEDICAL_INFORMATION
        record.desk.append(opened(f"case_{number}", kind, START + timedelta(minutes=number)))
    record.desk.append(next_event(record.desk.case("case_2"), CaseEventKind.ASSIGNED, "msl_1", START))
    assert [c.case_id[-1] for c in record.desk.cases()] == ["5", "4", "3", "2", "1", "0"]
    assert [c.case_id[-1] for c in record.desk.cases(kind=CaseKind.SAFETY, limit=2)] == ["5", "3"]
    assert [c.case_id[-1] for c in record.desk.cases(status="assigned")] == ["2"]
    assert record.desk.cases(status="resolved") == ()
