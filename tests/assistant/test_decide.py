from __future__ import annotations

import pytest
from deliberations import HOLDS, POLICY, QUESTION, TEXT, finding, kinds, part, reply
from drafts import compose_dosage, evidence_for

from assistant.types import (
    Check,
    FindingKind,
    PartKind,
    Verification,
)


def test_a_verified_confident_draft_is_answered():
    assert kinds() == ["answer"]


@pytest.mark.parametrize(
    "missing",
    [
        {"understanding": None},
        {"evidence": ()},
        {"drafts": ()},
        {"verifications": ()},
        {"labels": {}},
        {"names": {}},
    ],
    ids=lambda m: next(iter(m)),
)
def test_whatever_is_missing_means_hand_off_and_never_an_answer(missing):
    assert kinds(**missing) == ["handoff"]


@pytest.mark.parametrize("passed", [False, None])
def test_one_check_that_did_not_pass_means_hand_off(passed):
    checks = (*HOLDS.checks, Check(name="approval_is_live", passed=passed))
    (outcome,) = reply(verifications=(Verification(part=0, checks=checks),)).outcomes
    assert (outcome.kind, outcome.reason) == ("handoff", "check_failed")


def test_a_screen_that_failed_means_hand_off_and_drug_safety_reads_the_message_too():
    assert kinds(findings=[finding(FindingKind.SCREEN_FAILED, "safety")]) == ["safety", "handoff"]
    assert kinds([part(PartKind.MISUSE)], findings=[finding(FindingKind.SCREEN_FAILED)]) == [
        "safety",
        "handoff",
        "decline",
    ]


def test_a_message_that_was_not_screened_is_read_by_drug_safety_and_handed_over():
    intake, handed = reply(screening=None).outcomes
    assert (intake.kind, intake.is_precaution, intake.safety_kinds) == ("safety", True, ())
    assert intake.received_at == QUESTION.asked_at
    assert "2026-" in intake.text or f"{QUESTION.asked_at:%Y}" in intake.text
    assert handed.reason == "check_failed"


@pytest.mark.parametrize("stage", ["screened", "history", "followed"])
def test_a_step_that_looks_for_reports_and_failed_means_a_precaution(stage):
    assert kinds(failures=(f"{stage}: ValueError at x.py:3",)) == ["safety", "answer", "handoff"]


def test_a_step_that_looks_for_no_reports_means_none():
    assert kinds(failures=("release: ValueError at screened.py:3",)) == ["answer"]


def test_in_an_emergency_a_broken_screen_adds_nothing():
    assert kinds(findings=[finding(FindingKind.EMERGENCY), finding(FindingKind.SCREEN_FAILED)]) == [
        "emergency",
        "safety",
    ]


def test_low_confidence_is_handed_over_and_says_where_it_looked():
    draft = compose_dosage().model_copy(update={"confidence": 0.1})
    (outcome,) = reply(drafts=(draft,)).outcomes
    assert outcome.reason == "not_in_label"
    assert outcome.looked_in


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (PartKind.OFF_LABEL, "handoff"),
        (PartKind.COMPARATOR, "handoff"),
        (PartKind.PERSON_WANTED, "handoff"),
        (PartKind.MISUSE, "decline"),
        (PartKind.OUT_OF_SCOPE, "decline"),
        (PartKind.PERSONAL_DIRECTION, "decline"),
        (PartKind.SMALL_TALK, "decline"),
    ],
)
def test_only_on_label_parts_are_answered(kind, outcome):
    assert kinds([part(kind)]) == [outcome]


def test_a_safety_report_never_blocks_the_answer_beside_it():
    report = part(PartKind.SAFETY_REPORT)
    found = [finding(FindingKind.SAFETY_REPORT, "adverse_event")]
    assert kinds([part(), report], findings=found) == ["safety", "answer"]


def test_a_blocked_part_never_hides_a_safety_report():
    found = [finding(FindingKind.SAFETY_REPORT, "overdose"), finding(FindingKind.MISUSE)]
    assert kinds([part(PartKind.MISUSE)], findings=found) == ["safety", "decline"]


def test_a_report_reaches_drug_safety_even_when_the_message_was_not_understood():
    found = [finding(FindingKind.SAFETY_REPORT, "adverse_event")]
    assert kinds(findings=found, understanding=None)[0] == "safety"


def test_an_emergency_comes_first_with_a_safety_case_and_nothing_else():
    assert kinds([part()], findings=[finding(FindingKind.EMERGENCY)]) == ["emergency", "safety"]


def test_parts_with_different_fates_stand_in_one_reply_in_the_fixed_order():
    parts = [part(PartKind.MISUSE), part(PartKind.OFF_LABEL), part()]
    draft = compose_dosage().model_copy(update={"confidence": 0.9, "part": 2})
    more = {
        "drafts": (draft,),
        "evidence": (evidence_for(TEXT, part=2),),
        "verifications": (HOLDS.model_copy(update={"part": 2}),),
    }
    found = [finding(FindingKind.SAFETY_REPORT, "adverse_event")]
    assert kinds(parts, findings=found, **more) == ["safety", "answer", "handoff", "decline"]


def test_no_product_asks_which_one_and_an_unknown_one_is_handed_over():
    assert kinds([part(product=None)]) == ["clarify"]
    (outcome,) = reply([part(product=None, names_unknown_product=True)]).outcomes
    assert outcome.reason == "unknown_product"


def test_two_answers_about_one_product_become_one_without_repeating_the_safety_information():
    drafts = tuple(compose_dosage().model_copy(update={"confidence": 0.9, "part": i}) for i in (0, 1))
    held = tuple(HOLDS.model_copy(update={"part": i}) for i in (0, 1))
    evidence = tuple(evidence_for(TEXT, part=i) for i in (0, 1))
    given = reply([part(), part()], drafts=drafts, verifications=held, evidence=evidence)
    (answer,) = given.outcomes
    assert len(answer.citations) == len(set(answer.citations))


def test_the_first_turn_carries_the_ai_notice_and_masked_data_is_mentioned():
    given = reply(findings=[finding(FindingKind.PERSONAL_DATA, "person")], is_first_turn=True)
    assert [n.kind for n in given.notices] == ["ai", "personal_data"]


THRESHOLDS = POLICY.thresholds
ASKED_AT = f"{QUESTION.asked_at:%Y-%m-%d %H:%M} UTC"
