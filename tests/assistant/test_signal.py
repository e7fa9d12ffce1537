"""Signals say what happened and to whom it matters; the purpose firewall holds for whatever a turn says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.records import Purpose
from assistant.turn.signal import signals
from assistant.types import (
    Clarify,
    Decline,
    Emergency,
    Finding,
    FindingKind,
    PartKind,
    Screening,
)
from tests.turns import REDACTED, answer, handoff, intake, numbered_ids, part, turn

SECRET = "zebra"  # stands for every word an HCP or a policy pack wrote


def made(interaction, consent="denied"):
    return signals(interaction, numbered_ids(), consent)


def finding(kind):
    return Finding(kind=kind, start=0, end=1, found_by="test", confidence=0.9)


EACH = {
    "answer.given": (answer(), Purpose.QUALITY),
    "handoff.opened": (handoff(), Purpose.MEDICAL),
    "safety.reported": (intake(), Purpose.SAFETY),
    "clarification.asked": (Clarify(text="Which strength?", choices=("a", "b")), Purpose.QUALITY),
    "turn.declined": (Decline(reason="misuse", text="I cannot help with that."), Purpose.QUALITY),
    "emergency.shown": (Emergency(text="Call now."), Purpose.SAFETY),
}


@pytest.mark.parametrize("type_", EACH)
def test_each_outcome_has_its_signal_and_purpose(type_):
    outcome, purpose = EACH[type_]
    (signal,) = made(turn(outcomes=(outcome,)))
    assert (signal.type, signal.purpose, signal.consent) == (type_, purpose, "not_needed")


def test_a_split_turn_signals_each_outcome_once_under_its_own_id():
    found = made(turn(outcomes=(intake(), answer(), handoff())))
    assert [s.type for s in found] == ["safety.reported", "answer.given", "handoff.opened"]
    assert len({s.signal_id for s in found}) == 3


def test_a_case_is_the_subject_of_its_signal_and_the_turn_of_the_others():
    found = made(turn(outcomes=(intake(), answer())))
    assert [s.subject for s in found] == ["case_safety000001", "interaction_000001"]


def test_an_answer_says_which_section_families_it_came_from():
    (signal,) = made(turn())
    assert signal.data["section_families"] == ("dosage_and_administration",)
    assert signal.data["confidence"] == 0.9123


def test_failed_steps_are_named_without_what_they_said():
    found = made(turn(failures=(f"retrieve: IndexUnavailable {SECRET}", f"verify: {SECRET}")))
    assert found[-1].type == "step.failed"
    assert found[-1].data["steps"] == ("retrieve", "verify")


def test_nothing_reaches_the_profile_without_consent():
    assert all(s.purpose is not Purpose.PROFILE for s in made(turn()))


def test_under_consent_an_on_label_answer_tells_the_profile_its_topic():
    profile = [s for s in made(turn(), "granted") if s.purpose is Purpose.PROFILE]
    (signal,) = profile
    assert signal.consent == "granted"
    assert signal.data == {
        "market": "US",
        "product": "Veltrazone",
        "asker": "hcp_7f3a",
        "specialty": "Rheumatology",
        "answered_product": "Veltrazone",
        "section_families": ("dosage_and_administration",),
    }


def test_a_specialty_that_is_a_sentence_is_not_passed_on():
    talking = turn(specialty="I saw 2 patients of mine; one is Jane Roe")
    (signal,) = [s for s in made(talking, "granted") if s.purpose is Purpose.PROFILE]
    assert signal.data["specialty"] is None


@pytest.mark.parametrize("outcome", [handoff(), intake(), EACH["turn.declined"][0], EACH["emergency.shown"][0]])
def test_an_answer_beside_anything_walled_tells_the_profile_nothing(outcome):
    assert all(s.purpose is not Purpose.PROFILE for s in made(turn(outcomes=(outcome, answer())), "granted"))


@pytest.mark.parametrize(
    "kind",
    [k for k in FindingKind if k not in {FindingKind.OUT_OF_SCOPE, FindingKind.PERSON_WANTED, FindingKind.LANGUAGE}],
)
def test_a_finding_of_a_walled_kind_tells_the_profile_nothing(kind):
    found = turn(screening=Screening(redacted=REDACTED, findings=(finding(kind),)))
    assert all(s.purpose is not Purpose.PROFILE for s in made(found, "granted"))


@pytest.mark.parametrize("kind", [k for k in PartKind if k not in {PartKind.ON_LABEL, PartKind.SMALL_TALK}])
def test_a_part_of_a_walled_kind_tells_the_profile_nothing(kind):
    assert all(s.purpose is not Purpose.PROFILE for s in made(turn(parts=(part(), part(kind))), "granted"))


def test_a_topic_the_firm_brought_up_tells_the_profile_nothing():
    prompted = part().model_copy(update={"origin": "firm"})
    assert all(s.purpose is not Purpose.PROFILE for s in made(turn(parts=(prompted,)), "granted"))


def test_a_turn_that_was_not_understood_tells_the_profile_nothing():
    blind = turn().model_copy(update={"understanding": None})
    assert all(s.purpose is not Purpose.PROFILE for s in made(blind, "granted"))


@given(chosen=st.lists(st.sampled_from(sorted(EACH)), min_size=1, max_size=4, unique=True))
@settings(max_examples=40, deadline=None)
def test_no_word_that_was_written_is_in_any_signal(chosen):
    outcomes = tuple(
        o.model_copy(update={f: f"{SECRET} text" for f in ("text", "topic", "follow_up") if hasattr(o, f)})
        for o in (EACH[name][0] for name in chosen)
    )
    spoken = turn(
        outcomes=outcomes,
        parts=(part(text=f"{SECRET} dose"),),
        screening=Screening(redacted=f"{SECRET} question"),
        failures=(f"verify: {SECRET}",),
        specialty=f"my {SECRET} 7 patients",
    )
    for consent in ("denied", "granted"):
        assert all(SECRET not in s.model_dump_json() for s in made(spoken, consent))
