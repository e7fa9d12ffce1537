"""Everything a message can hold, in every combination: all of it stands in one reply, in the order of RULES.md.

The expectation is written down here a second time, part by part, on purpose: emergency > safety intake > answer >
hand-off > decline; a safety intake never blocks the answer beside it, and a blocked part never hides a safety report.
Where a screen broke, a person and drug safety read the message, whatever else became of it.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from deliberations import DRAFT, EVIDENCE, POLICY, TEXT, deliberation, finding
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.turn.decide import decide
from assistant.types import Check, FindingKind, Part, PartKind, SafetyKind, Verification

ORDER = ["emergency", "safety", "answer", "clarify", "handoff", "decline"]
HANDED = {
    PartKind.OFF_LABEL: "off_label",
    PartKind.COMPARATOR: "comparator",
    PartKind.PERSON_WANTED: "person_wanted",
}
DECLINED = {
    PartKind.MISUSE: "misuse",
    PartKind.OUT_OF_SCOPE: "out_of_scope",
    PartKind.PERSONAL_DIRECTION: "personal_direction",
    PartKind.SMALL_TALK: "small_talk",
}
# What can become of an on-label part, and why.
ON_LABEL = {
    "answered": ("answer", ""),
    "nothing_found": ("handoff", "not_in_label"),
    "not_verified": ("handoff", "check_failed"),
    "not_retrieved": ("handoff", "check_failed"),
    "unsure": ("handoff", "unsure"),
    "doubtful": ("handoff", "not_in_label"),
    "no_product": ("clarify", ""),
    "unknown_product": ("handoff", "unknown_product"),
}

parts_of_a_message = st.lists(
    st.one_of(
        st.sampled_from([kind for kind in PartKind if kind is not PartKind.ON_LABEL]).map(lambda k: (k, "")),
        st.sampled_from(sorted(ON_LABEL)).map(lambda state: (PartKind.ON_LABEL, state)),
    ),
    min_size=1,
    max_size=5,
)
reports = st.dictionaries(st.sampled_from(list(SafetyKind)), st.sampled_from([0.0, 0.49, 0.5, 1.0]), max_size=3)


def _confidence(state):
    thresholds = POLICY.thresholds
    return {"unsure": thresholds.clarify, "doubtful": thresholds.clarify - 0.01}.get(state, thresholds.answer)


def _deliberation(parts, reported, *, urgent, failed, personal, first):
    findings = [finding(FindingKind.SAFETY_REPORT, kind, sure) for kind, sure in reported.items()]
    findings += [finding(FindingKind.EMERGENCY, "", 0.5 if urgent else 0.49)]
    findings += [finding(FindingKind.SCREEN_FAILED, "scope", 1)] if failed else []
    findings += [finding(FindingKind.PERSONAL_DATA, "person", 1)] if personal else []
    built, drafts, evidence, verifications = [], [], [], []
    for index, (kind, state) in enumerate(parts):
        product = None if state in ("no_product", "unknown_product") else "Veltrano"
        built.append(
            Part(
                text=f"part {index}",
                standalone=TEXT,
                kind=kind,
                product=product,
                names_unknown_product=state == "unknown_product",
            )
        )
        if kind is not PartKind.ON_LABEL or product is None:
            continue
        found = EVIDENCE.model_copy(update={"part": index})
        evidence.append(found.model_copy(update={"result": None}) if state == "not_retrieved" else found)
        if state != "nothing_found":
            drafts.append(DRAFT.model_copy(update={"part": index, "confidence": _confidence(state)}))
        passed = None if state == "not_verified" else True
        verifications.append(Verification(part=index, checks=(Check(name="quotes", passed=passed),)))
    more = {"drafts": drafts, "evidence": evidence, "verifications": verifications, "is_first_turn": first}
    return deliberation(built, findings, **more)


def _expected(parts, reported, *, urgent, failed):
    """Pairs of outcome and reason, in the order of the reply."""
    told = any(confidence >= POLICY.thresholds.safety_report for confidence in reported.values())
    intake = [("safety", "")] if told or urgent else []
    if urgent:
        return [("emergency", ""), *intake]
    became = []
    for kind, state in parts:
        if kind in HANDED:
            became.append(("handoff", HANDED[kind]))
        elif kind in DECLINED:
            became.append(("decline", DECLINED[kind]))
        elif kind is PartKind.ON_LABEL:
            became.append(("handoff", "check_failed") if failed else ON_LABEL[state])
    became = list(dict.fromkeys(became))
    if len(became) + len(intake) > 1:  # a greeting is answered only where nothing else was said
        became = [one for one in became if one != ("decline", "small_talk")]
    if failed and not any(kind == "handoff" for kind, _ in became):
        became.append(("handoff", "check_failed"))
    became = (intake or [("safety", "")] * failed) + became or [("handoff", "check_failed")]
    return sorted(became, key=lambda one: ORDER.index(one[0]))


@settings(max_examples=400, deadline=None)
@given(parts_of_a_message, reports, st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_all_that_a_message_holds_stands_in_one_reply_in_the_order_of_the_rules(
    parts, reported, urgent, failed, personal, first
):
    numbers = itertools.count()
    found = _deliberation(parts, reported, urgent=urgent, failed=failed, personal=personal, first=first)
    reply = decide(found, lambda prefix: f"{prefix}_{next(numbers)}")
    became = [(o.kind, getattr(o, "reason", "")) for o in reply.outcomes]
    assert became == _expected(parts, reported, urgent=urgent, failed=failed)
    cases = [o.case_id for o in reply.outcomes if o.kind in ("safety", "handoff")]
    assert len(set(cases)) == len(cases)
    assert [n.kind for n in reply.notices] == [k for k, has in (("ai", first), ("personal_data", personal)) if has]


@settings(max_examples=150, deadline=None)
@given(parts_of_a_message, reports)
def test_every_part_handed_over_is_named_in_its_hand_off_and_every_report_in_its_intake(parts, reported):
    numbers = itertools.count()
    found = _deliberation(parts, reported, urgent=False, failed=False, personal=False, first=False)
    outcomes = decide(found, lambda prefix: f"{prefix}_{next(numbers)}").outcomes
    topics = " · ".join(o.topic for o in outcomes if o.kind == "handoff")
    for index, (kind, state) in enumerate(parts):
        if kind in HANDED or ON_LABEL.get(state, ("", ""))[0] == "handoff":
            assert f"part {index}" in topics
    surely = [kind for kind, confidence in reported.items() if confidence >= POLICY.thresholds.safety_report]
    assert [k for o in outcomes if o.kind == "safety" for k in o.safety_kinds] == surely


def test_another_language_declines_everything_but_never_a_safety_report():
    parts = [(PartKind.ON_LABEL, "answered")]
    for reported, became in (({}, ["decline"]), ({SafetyKind.OVERDOSE: 1.0}, ["safety", "answer"])):
        found = _deliberation(parts, reported, urgent=False, failed=False, personal=False, first=False)
        foreign = finding(FindingKind.LANGUAGE, "", POLICY.thresholds.language)
        screening = found.screening.model_copy(update={"findings": (*found.screening.findings, foreign)})
        outcomes = decide(replace(found, screening=screening), str).outcomes
        assert [o.kind for o in outcomes] == became
