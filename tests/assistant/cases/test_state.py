"""A case is what its events say, and only what can happen next is allowed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistant.cases.state import derive, next_event
from assistant.errors import Conflict
from assistant.records import CaseEventKind as Kind
from assistant.records import CaseKind
from tests.fakes import START
from tests.turns import opened


def thread(*kinds, case_kind=CaseKind.MEDICAL_INFORMATION):
    events = [opened("case_1", case_kind)]
    for n, kind in enumerate(kinds, start=1):
        events.append(next_event(events, kind, f"msl_{n}", START + timedelta(minutes=n)))
    return events


def test_a_fresh_case_is_open_and_nobodys():
    case = derive(thread())
    assert (case.status, case.assignee, case.opened_at, case.changed_at) == ("open", None, START, START)
    assert (case.reason, case.text, case.product) == ("off_label", "use in gout", "Veltrazone")


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ((Kind.REQUESTED,), "requested"),
        ((Kind.REQUESTED, Kind.ASSIGNED), "assigned"),
        ((Kind.REQUESTED, Kind.ASSIGNED, Kind.NOTED), "assigned"),
        ((Kind.ASSIGNED, Kind.REPLIED), "replied"),
        ((Kind.REPLIED, Kind.RESOLVED), "resolved"),
        ((Kind.WITHDRAWN,), "withdrawn"),
        ((Kind.WITHDRAWN, Kind.REQUESTED), "requested"),
        ((Kind.RESOLVED, Kind.REOPENED), "open"),
        ((Kind.RESOLVED, Kind.NOTED), "resolved"),
    ],
)
def test_the_status_of_a_medical_case_follows_its_events(kinds, status):
    assert derive(thread(*kinds)).status == status


@pytest.mark.parametrize(
    ("kinds", "refused"),
    [
        ((), Kind.OPENED),
        ((), Kind.REOPENED),
        ((), Kind.ACKNOWLEDGED),
        ((Kind.REQUESTED,), Kind.REQUESTED),
        ((Kind.RESOLVED,), Kind.ASSIGNED),
        ((Kind.RESOLVED,), Kind.RESOLVED),
        ((Kind.WITHDRAWN,), Kind.REPLIED),
    ],
)
def test_what_cannot_happen_to_a_medical_case_is_refused(kinds, refused):
    with pytest.raises(Conflict, match="case_1"):
        next_event(thread(*kinds), refused, "msl_1", START)


def test_a_safety_case_cannot_be_withdrawn_or_closed_unacknowledged():
    events = thread(Kind.ASSIGNED, case_kind=CaseKind.SAFETY)
    for refused in (Kind.WITHDRAWN, Kind.RESOLVED, Kind.REQUESTED):
        with pytest.raises(Conflict):
            next_event(events, refused, "safety_1", START)


def test_a_safety_case_is_acknowledged_then_resolved():
    assert derive(thread(Kind.ACKNOWLEDGED, case_kind=CaseKind.SAFETY)).status == "acknowledged"
    assert derive(thread(Kind.ACKNOWLEDGED, Kind.NOTED, Kind.RESOLVED, case_kind=CaseKind.SAFETY)).status == "resolved"


def test_day_0_is_the_opening_whatever_comes_later():
    assert derive(thread(Kind.NOTED, Kind.ACKNOWLEDGED, case_kind=CaseKind.SAFETY)).opened_at == START


def test_the_assignee_is_who_took_it_or_who_was_named():
    events = thread(Kind.ASSIGNED)
    assert derive(events).assignee == "msl_1"
    events.append(next_event(events, Kind.ASSIGNED, "msl_1", START, text="msl_9"))
    assert derive(events).assignee == "msl_9"
    events.append(next_event(events, Kind.RESOLVED, "msl_9", START))
    assert derive([*events, next_event(events, Kind.REOPENED, "hcp_7f3a", START)]).assignee is None


def test_the_next_event_is_the_same_for_two_who_make_it():
    case = derive(thread())
    one = next_event(case, Kind.NOTED, "msl_1", START)
    other = next_event(case.events, Kind.NOTED, "msl_2", START)
    assert (one.sequence, one.event_id) == (2, other.event_id)
    assert next_event(thread(Kind.NOTED), Kind.NOTED, "msl_1", START).event_id != one.event_id


def test_a_broken_thread_is_refused():
    whole = thread(Kind.ASSIGNED, Kind.NOTED)
    stranger = whole[1].model_copy(update={"case_id": "case_2"})
    for broken in ([], whole[1:], [whole[0], whole[2]], [whole[0], stranger], [whole[0], whole[0]]):
        with pytest.raises(Conflict):
            derive(broken)
