"""Nobody's cases are given out, the absent hold none, what ran out of time goes to the lead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistant.cases.attend import attend
from assistant.cases.routing import PACKAGED, read_rules
from assistant.cases.state import next_event
from assistant.cases.work import CaseWork
from assistant.records import CaseEventKind as Kind
from tests.fakes import START, FakeClock, FakeDesk, FakeStore
from tests.turns import numbered_ids, opened

TEAM = """
  - name: medical-information
    lead: lead-1
    assign: {assign}
    members:
      - {{pseudonym: msl-1, capacity: 2}}
      - {{pseudonym: msl-2, capacity: 9}}
      - {{pseudonym: away, absences: [{{from: 2026-11-20, to: 2026-11-30}}]}}
"""


@pytest.fixture
def make(tmp_path):
    def made(assign):
        line = '  - {name: medical-information, lead: "", assign: claim, members: []}\n'
        text = PACKAGED.read_text()
        assert line in text
        path = tmp_path / "rules.yaml"
        path.write_text(text.replace(line, TEAM.format(assign=assign)))
        clock = FakeClock()
        return CaseWork(desk=FakeDesk(FakeStore(clock)), clock=clock, rules=read_rules(path), new_id=numbered_ids())

    return made


def requested(work, count):
    for number in range(count):
        event = opened(f"case_{number}", at=START + timedelta(minutes=number))
        work.desk.append(event)
        work.desk.append(next_event((event,), Kind.REQUESTED, "hcp", START + timedelta(minutes=number)))


def holders(work):
    return sorted(c.assignee or "" for c in work.desk.cases())


def test_cases_are_given_to_the_least_loaded_within_their_capacity(make):
    work = make("least_loaded")
    requested(work, 6)
    assert len(attend(work, is_dry=True)) == 6
    assert holders(work) == [""] * 6
    steps = attend(work)
    assert holders(work) == ["msl-1"] * 2 + ["msl-2"] * 4
    assert {s.reason for s in steps} == {"least_loaded"}
    assert attend(work) == ()


def test_where_people_claim_nothing_is_given_out(make):
    work = make("claim")
    requested(work, 2)
    assert attend(work) == ()


def test_the_absent_give_back_and_the_others_get_it(make):
    work = make("least_loaded")
    requested(work, 1)
    work.desk.append(next_event(work.desk.case("case_0"), Kind.ASSIGNED, "away", START))
    assert [s.reason for s in attend(work)] == ["absent", "least_loaded"]
    case = work.desk.case("case_0")
    assert (case.assignee, case.events[-1].actor) == ("msl-1", "routing")


def test_what_ran_out_of_time_goes_to_the_lead_once(make):
    work = make("claim")
    requested(work, 2)
    work.desk.append(next_event(work.desk.case("case_1"), Kind.ASSIGNED, "msl-1", START))
    work.clock.go_on(60 * 60 * 24 * 9)
    assert {(s.case_id, s.to, s.reason) for s in attend(work)} == {
        ("case_0", "lead-1", "overdue"),
        ("case_1", "lead-1", "overdue"),
    }
    assert holders(work) == ["lead-1", "lead-1"]
    assert attend(work) == ()
