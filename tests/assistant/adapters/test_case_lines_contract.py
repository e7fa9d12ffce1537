"""Queues: every desk finds, sorts and counts cases the same way, and SQL's lines can be made anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from assistant.adapters.sql_desk import SqlDesk
from assistant.adapters.tables import case_lines
from assistant.cases.lines import CaseQuery
from assistant.cases.state import next_event
from assistant.records import CaseEventKind as Kind
from assistant.records import CaseKind, CaseStatus
from knowledge.types import Market
from tests.fakes import START, FakeClock
from tests.turns import opened, turn_record


def step(desk, case_id, kind, actor="msl-1", minutes=5, **more):
    event = next_event(desk.case(case_id), kind, actor, START + timedelta(minutes=minutes), **more)
    desk.append(event)
    return event


@pytest.fixture
def desk(record):
    for number in range(6):
        kind = CaseKind.SAFETY if number == 5 else CaseKind.MEDICAL_INFORMATION
        event = opened(f"case_{number}", kind, START + timedelta(minutes=number))
        words = "100%_sure about gout" if number == 4 else event.text
        market = Market.UK if number == 3 else Market.US
        record.desk.append(event.model_copy(update={"text": words, "market": market}))
    step(record.desk, "case_1", Kind.REQUESTED, "hcp_1", minutes=60 * 24)
    step(record.desk, "case_2", Kind.REQUESTED, "hcp_1", minutes=10)
    step(record.desk, "case_2", Kind.ASSIGNED, "msl-1", minutes=20)
    return record.desk


def ids(page):
    return [line.case_id[-1] for line in page.lines]


MEDICAL = (CaseKind.MEDICAL_INFORMATION,)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (CaseQuery(kinds=MEDICAL), "21430"),
        (CaseQuery(kinds=MEDICAL, order="newest"), "43210"),
        (CaseQuery(kinds=(CaseKind.SAFETY,)), "5"),
        (CaseQuery(statuses=(CaseStatus.ASSIGNED, CaseStatus.REQUESTED)), "21"),
        (CaseQuery(assignee="msl-1"), "2"),
        (CaseQuery(assignee="", kinds=MEDICAL, order="newest"), "4310"),
        (CaseQuery(markets=(Market.UK,)), "3"),
        (CaseQuery(words="100%_sure"), "4"),
        (CaseQuery(words="GOUT sure"), "4"),
        (CaseQuery(words="case_3"), "3"),
        (CaseQuery(kinds=MEDICAL, order="newest", limit=2, offset=1), "32"),
        (CaseQuery(words="' OR 1=1 --"), ""),
    ],
)
def test_a_queue_is_filtered_and_sorted(desk, query, found):
    assert "".join(ids(desk.lines(query))) == found


def test_a_page_knows_how_many_there_are_in_all(desk):
    page = desk.lines(CaseQuery(kinds=MEDICAL, limit=2))
    assert (len(page.lines), page.total) == (2, 5)


def test_a_clock_runs_from_the_request_to_the_reply(desk):
    (line,) = desk.lines(CaseQuery(words="case_2")).lines
    assert line.requested_at == START + timedelta(minutes=10)
    assert line.due_at is not None
    due = CaseQuery(due_after=line.due_at, due_before=line.due_at + timedelta(seconds=1), assignee="msl-1")
    assert ids(desk.lines(due)) == ["2"]
    step(desk, "case_2", Kind.REPLIED, minutes=30)
    (line,) = desk.lines(CaseQuery(words="case_2")).lines
    assert (line.due_at, line.replied_at, line.status) == (None, START + timedelta(minutes=30), "replied")


def test_cases_are_counted_by_what_they_are(desk):
    tallies = desk.tallies(CaseQuery(kinds=MEDICAL))
    assert sum(t.count for t in tallies) == 5
    assert {(t.status, t.count) for t in tallies if t.market is Market.US} == {
        ("open", 2),
        ("requested", 1),
        ("assigned", 1),
    }


def test_whoever_polls_sees_that_something_changed_and_only_in_its_own_kinds(desk):
    before, safety = desk.position(MEDICAL), desk.position((CaseKind.SAFETY,))
    step(desk, "case_0", Kind.NOTED)
    assert desk.position(MEDICAL) > before
    assert desk.position((CaseKind.SAFETY,)) == safety


def test_a_turn_writes_the_lines_of_its_cases(record):
    record.ledger.record(turn_record(1))
    (line,) = record.desk.lines(CaseQuery()).lines
    assert (line.case_id, line.sequence) == ("case_000001", 1)


def test_lost_lines_are_noticed_and_made_anew(engine):
    desk = SqlDesk(engine, FakeClock())
    for number in range(3):
        desk.append(opened(f"case_{number}", at=START + timedelta(minutes=number)))
    step(desk, "case_1", Kind.REQUESTED, "hcp_1")
    with engine.begin() as connection:
        before = connection.execute(select(case_lines).order_by(case_lines.c.case_id)).all()
        connection.execute(delete(case_lines).where(case_lines.c.case_id == "case_1"))
    assert not desk.is_whole()
    assert desk.rebuild() == 3
    assert desk.is_whole()
    with engine.begin() as connection:
        assert connection.execute(select(case_lines).order_by(case_lines.c.case_id)).all() == before
