from __future__ import annotations

import labels
import pytest
from deliberations import (
    ASKED_AT,
    DAY,
    HOLDS,
    POLICY,
    QUESTION,
    TEXT,
    THRESHOLDS,
    asked_before,
    finding,
    kinds,
    part,
    reply,
    report,
    searched,
)
from drafts import compose_dosage, evidence_for

from assistant.types import (
    FindingKind,
    PartKind,
    SafetyKind,
    Scope,
    Screening,
    Understanding,
)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (FindingKind.EMERGENCY, "emergency"),
        (FindingKind.SAFETY_REPORT, "safety"),
        (FindingKind.LANGUAGE, "decline"),
    ],
)
def test_a_finding_counts_from_the_threshold_of_its_kind_on(kind, outcome):
    threshold = getattr(THRESHOLDS, kind.value)
    assert kinds(findings=[finding(kind, "adverse_event", threshold)])[0] == outcome
    assert kinds(findings=[finding(kind, "adverse_event", threshold - 0.01)]) == ["answer"]
    weak, strong = finding(kind, "adverse_event", 0.0), finding(kind, "adverse_event", 1.0)
    assert kinds(findings=[weak, strong])[0] == outcome


def test_a_draft_is_answered_from_its_threshold_on_and_unsure_from_the_lower_one():
    def became(confidence):
        (outcome,) = reply(drafts=(compose_dosage().model_copy(update={"confidence": confidence}),)).outcomes
        return getattr(outcome, "reason", outcome.kind)

    assert became(THRESHOLDS.answer) == "answer"
    assert became(THRESHOLDS.answer - 0.001) == "unsure"
    assert became(THRESHOLDS.clarify) == "unsure"
    assert became(THRESHOLDS.clarify - 0.001) == "not_in_label"


def test_an_intake_names_each_kind_once_its_case_and_when_it_was_received():
    found = [report("overdose"), report("adverse_event"), report("overdose")]
    (intake,) = (o for o in reply(findings=found).outcomes if o.kind == "safety")
    assert intake.safety_kinds == ("overdose", "adverse_event")
    assert (intake.is_follow_up, intake.is_precaution) == (False, False)
    assert intake.received_at == QUESTION.asked_at
    assert intake.text == POLICY.texts.safety_ack.format(reference=intake.case_id, received_at=ASKED_AT)


def test_what_is_missing_from_a_report_is_asked_for_once_and_nothing_where_nothing_is():
    def intake(redacted, product):
        screening = Screening(redacted=redacted, findings=(report("adverse_event"),))
        understanding = Understanding(parts=(part(),), product=product)
        return reply(screening=screening, understanding=understanding).outcomes[0]

    told = intake("my 54-year-old woman had hives", "Veltrano")
    assert (told.missing_criteria, told.asked_about, told.follow_up) == ((), "", "")
    unnamed = intake("my 54-year-old woman had hives", None)
    assert (unnamed.missing_criteria, unnamed.asked_about) == (("product",), "product")
    assert unnamed.follow_up == POLICY.texts.safety_follow_up["product"]


def test_a_report_that_was_not_understood_is_about_the_product_of_the_page():
    def missing(scope):
        question = QUESTION.model_copy(update={"scope": scope})
        return reply(question=question, understanding=None, findings=[report("adverse_event")]).outcomes[0]

    assert "product" not in missing(Scope(product="Veltrano")).missing_criteria
    assert "product" in missing(Scope()).missing_criteria


def test_an_emergency_is_an_adverse_event_unless_the_message_tells_another_kind():
    (_, intake) = reply(findings=[finding(FindingKind.EMERGENCY)]).outcomes
    assert intake.safety_kinds == (SafetyKind.ADVERSE_EVENT,)
    (_, intake) = reply(findings=[finding(FindingKind.EMERGENCY), report("overdose")]).outcomes
    assert intake.safety_kinds == (SafetyKind.OVERDOSE,)


def test_an_answer_to_what_was_asked_back_is_added_to_its_case_and_keeps_day_0():
    outcomes = reply([part(PartKind.SAFETY_REPORT)], followed=asked_before(SafetyKind.OVERDOSE)).outcomes
    (added,) = outcomes
    assert (added.case_id, added.received_at) == ("case_0", labels.NOW - DAY)
    assert (added.is_follow_up, added.follow_up, added.safety_kinds) == (True, "", (SafetyKind.OVERDOSE,))
    day_0 = f"{labels.NOW - DAY:%Y-%m-%d %H:%M} UTC"
    assert added.text == POLICY.texts.safety_follow_up_thanks.format(reference="case_0", received_at=day_0)


@pytest.mark.parametrize(
    ("kind", "end", "opens"),
    [
        ("overdose", 9, False),
        ("overdose", 10, False),  # still within the answer
        ("overdose", 11, True),  # told behind it
        ("adverse_event", 9, True),  # a kind the earlier report is not of
    ],
)
def test_what_an_answer_tells_opens_a_case_of_its_own_only_where_it_is_new(kind, end, opens):
    found = reply([part(PartKind.SAFETY_REPORT)], [report(kind, end)], followed=asked_before(SafetyKind.OVERDOSE))
    cases = [outcome.case_id for outcome in found.outcomes]
    assert cases == (["case_0", "case_1"] if opens else ["case_0"])


def test_a_kind_told_in_the_answer_and_again_behind_it_is_new():
    for order in (1, -1):
        told = [report("overdose", 9), report("overdose", 30)][::order]
        found = reply([part(PartKind.SAFETY_REPORT)], told, followed=asked_before(SafetyKind.OVERDOSE))
        assert [outcome.case_id for outcome in found.outcomes] == ["case_0", "case_1"]


def test_a_question_beside_an_answer_to_what_was_asked_back_is_answered():
    assert kinds(followed=asked_before(SafetyKind.OVERDOSE)) == ["safety", "answer"]


GREETED = part(PartKind.SMALL_TALK, text="hello")


@pytest.mark.parametrize(
    ("beside", "more", "expected"),
    [
        ((), {}, ["decline"]),
        ((part(PartKind.COMPARATOR),), {}, ["handoff"]),
        ((part(product=None),), {}, ["clarify"]),
        ((part(PartKind.MISUSE),), {}, ["decline"]),
        ((), {"findings": [report("overdose")]}, ["safety"]),
        ((), {"followed": asked_before(SafetyKind.OVERDOSE)}, ["safety"]),
    ],
    ids=["nothing", "handoff", "clarify", "decline", "report", "follow_up"],
)
def test_a_greeting_is_answered_only_where_nothing_else_was_said(beside, more, expected):
    assert kinds([*beside, GREETED], **more) == expected


def test_a_greeting_beside_an_answer_is_not_declined():
    assert kinds([part(), GREETED]) == ["answer"]


def test_parts_declined_for_one_reason_are_declined_once_and_for_two_reasons_twice():
    assert kinds([part(PartKind.MISUSE), part(PartKind.MISUSE)]) == ["decline"]
    outcomes = reply([part(PartKind.MISUSE), part(PartKind.OUT_OF_SCOPE)]).outcomes
    assert [o.reason for o in outcomes] == ["misuse", "out_of_scope"]
    assert [o.text for o in outcomes] == [POLICY.texts.decline[o.reason] for o in outcomes]


def test_another_language_is_declined_before_its_parts_are_judged_unless_something_was_reported():
    other = finding(FindingKind.LANGUAGE)
    (outcome,) = reply([part(PartKind.MISUSE)], [other]).outcomes
    assert outcome.reason == "language"
    assert kinds([part(PartKind.MISUSE)], [other, report("overdose")]) == ["safety", "decline"]


def test_two_parts_without_a_product_are_asked_about_once_with_the_choices_of_the_first():
    parts = [part(product=None, candidates=("Veltrano", "Corvexa")), part(product=None)]
    (outcome,) = reply(parts).outcomes
    assert (outcome.kind, outcome.choices) == ("clarify", ("Veltrano", "Corvexa"))
    assert outcome.text == POLICY.texts.clarify_product


def test_an_unknown_product_with_candidates_is_asked_about():
    assert kinds([part(product=None, names_unknown_product=True, candidates=("Veltrano",))]) == ["clarify"]


def test_parts_handed_over_for_one_reason_stand_in_one_hand_off_in_their_own_words():
    parts = [part(PartKind.OFF_LABEL, text=" in gout? "), part(PartKind.COMPARATOR), part(PartKind.OFF_LABEL, text="b")]
    first, second = reply(parts).outcomes
    assert (first.reason, first.topic) == ("off_label", "in gout? · b")
    assert second.reason == "comparator"
    assert first.case_id != second.case_id


@pytest.mark.parametrize(("length", "kept"), [(119, 119), (120, 120), (121, 120)])
def test_a_long_question_is_named_by_its_first_120_characters(length, kept):
    (outcome,) = reply([part(PartKind.OFF_LABEL, text="x" * length)]).outcomes
    assert outcome.topic == "x" * kept
    assert f"“{outcome.topic}”" in outcome.text


def test_what_failed_before_any_part_was_known_is_handed_over_without_a_topic():
    (outcome,) = reply(understanding=None).outcomes
    assert (outcome.reason, outcome.topic, outcome.looked_in) == ("check_failed", "", ())
    assert outcome.text == POLICY.texts.handoff["check_failed"].format(topic="Your question", product="this product")


def test_a_hand_off_calls_the_product_by_both_its_names():
    for names, called in ((labels.NAMES, "Veltrano (veltranib)"), (None, "Veltrano")):
        held = {"Veltrano": names} if names else {}
        (outcome,) = reply([part(PartKind.COMPARATOR)], names=held).outcomes
        assert outcome.text == POLICY.texts.handoff["comparator"].format(product=called)
    (outcome,) = reply([part(PartKind.COMPARATOR, product=None)]).outcomes
    assert outcome.text == POLICY.texts.handoff["comparator"].format(product="this product")


def test_a_hand_off_calls_the_first_product_its_parts_name():
    (outcome,) = reply([part(PartKind.COMPARATOR, product=None), part(PartKind.COMPARATOR)]).outcomes
    assert "Veltrano (veltranib)" in outcome.text


@pytest.mark.parametrize("reason", ["unsure", "not_in_label"])
def test_what_was_not_found_says_the_first_three_sections_it_was_looked_for_in(reason):
    confidence = THRESHOLDS.clarify if reason == "unsure" else 0.0
    draft = compose_dosage().model_copy(update={"confidence": confidence})
    evidence = (searched("2 DOSAGE", "", "2 DOSAGE", "4 CONTRA", "7 DRUGS", "8 USE"), searched("1 USES", part=1))
    (outcome,) = reply(drafts=(draft,), evidence=evidence).outcomes
    assert (outcome.reason, outcome.looked_in) == (reason, ("2 DOSAGE", "4 CONTRA", "7 DRUGS"))
    assert "2 DOSAGE, 4 CONTRA, 7 DRUGS" in outcome.text


def test_what_was_looked_for_nowhere_says_the_whole_document():
    (outcome,) = reply(drafts=(), evidence=(searched(""),)).outcomes
    assert outcome.looked_in == ()
    assert "the whole document" in outcome.text


@pytest.mark.parametrize("reason", [PartKind.OFF_LABEL, PartKind.COMPARATOR])
def test_where_nothing_was_looked_for_no_section_is_named(reason):
    (outcome,) = reply([part(reason)], evidence=(searched("2 DOSAGE"),)).outcomes
    assert outcome.looked_in == ()


def test_an_answer_is_what_was_drafted_for_its_part():
    draft = compose_dosage().model_copy(update={"confidence": 0.9, "more": compose_dosage().blocks})
    (answer,) = reply(drafts=(draft,)).outcomes
    assert (answer.blocks, answer.more, answer.citations) == (draft.blocks, draft.more, draft.citations)
    assert (answer.safety_information, answer.confidence) == (draft.safety_information, 0.9)
    assert (answer.names, answer.label.document_id) == (labels.NAMES, "veltrano-us")


def test_a_draft_without_safety_information_is_no_answer():
    draft = compose_dosage().model_copy(update={"confidence": 0.9, "safety_information": None})
    (outcome,) = reply(drafts=(draft,)).outcomes
    assert outcome.reason == "check_failed"


@pytest.mark.parametrize("missing", ["evidence", "drafts", "verifications"])
def test_what_belongs_to_another_part_is_not_taken_for_this_one(missing):
    own = {
        "evidence": (evidence_for(TEXT, part=1),),
        "drafts": (compose_dosage().model_copy(update={"confidence": 0.9, "part": 1}),),
        "verifications": (HOLDS.model_copy(update={"part": 1}),),
    }
    assert kinds(**{missing: own[missing]}) == ["handoff"]


PREGNANT = {"populations": ("pregnancy",)}


@pytest.mark.parametrize(
    ("parts", "more", "asks"),
    [
        ([part(**PREGNANT)], {}, True),
        ([part(PartKind.OFF_LABEL, **PREGNANT)], {}, True),
        ([part(), part(**PREGNANT)], {}, True),
        ([part()], {}, False),
        ([part(populations=("pediatric",))], {}, False),
        ([part(PartKind.MISUSE, **PREGNANT)], {}, False),
        ([part(**PREGNANT)], {"was_asked_exposure": True}, False),
        ([part(**PREGNANT)], {"findings": [report("overdose")]}, False),
        ([part(**PREGNANT)], {"understanding": None}, False),
    ],
)
def test_whether_an_exposure_in_pregnancy_occurred_is_asked_once_and_only_beside_such_a_question(parts, more, asks):
    notices = {notice.kind: notice.text for notice in reply(parts, **more).notices}
    assert notices == ({"exposure": POLICY.texts.safety_follow_up["exposure"]} if asks else {})


def test_notices_say_the_policys_own_sentences_and_only_where_they_are_due():
    personal = finding(FindingKind.PERSONAL_DATA, "person")
    given = reply(findings=[personal], is_first_turn=True).notices
    assert [n.text for n in given] == [POLICY.texts.ai_notice, POLICY.texts.personal_data_notice]
    assert reply().notices == ()
    assert reply(screening=None).notices == ()


def test_an_emergency_says_the_policys_own_sentence():
    assert reply(findings=[finding(FindingKind.EMERGENCY)]).outcomes[0].text == POLICY.texts.emergency


def test_a_precaution_says_so_and_names_its_case():
    intake = reply(screening=None).outcomes[0]
    text = POLICY.texts.safety_precaution.format(reference=intake.case_id, received_at=ASKED_AT)
    assert (intake.text, intake.case_id.startswith("case_")) == (text, True)
