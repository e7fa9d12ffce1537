"""Decide what the HCP is told: pure and total. An answer is given only when nothing spoke against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.criteria import follow_up_about, missing_criteria
from assistant.merging import merge_answers
from assistant.naming import with_generic
from assistant.policy import DeclineReason, HandOffReason, PolicyPack
from assistant.types import (
    Answer,
    Clarify,
    Decline,
    DocumentLink,
    Draft,
    Emergency,
    Evidence,
    FindingKind,
    Followed,
    HandOff,
    Notice,
    Outcome,
    Part,
    PartKind,
    Question,
    Reply,
    SafetyIntake,
    SafetyKind,
    Screening,
    Understanding,
    Verification,
)
from knowledge.types import ProductNames

TOPIC_CHARACTERS = 120
_ORDER = ("emergency", "safety", "answer", "clarify", "handoff", "decline")
_DECLINED: Mapping[PartKind, DeclineReason] = {
    PartKind.MISUSE: "misuse",
    PartKind.OUT_OF_SCOPE: "out_of_scope",
    PartKind.PERSONAL_DIRECTION: "personal_direction",
    PartKind.SMALL_TALK: "small_talk",
}
_HANDED_OVER: Mapping[PartKind, HandOffReason] = {
    PartKind.OFF_LABEL: "off_label",
    PartKind.COMPARATOR: "comparator",
    PartKind.PERSON_WANTED: "person_wanted",
}
_LOOK_FOR_REPORTS = frozenset({"history", "screened", "followed"})  # stages


@dataclass(frozen=True)
class Deliberation:
    """All that the steps before found out. A step that failed left its value empty."""

    question: Question
    screening: Screening | None
    understanding: Understanding | None
    policy: PolicyPack
    evidence: Sequence[Evidence] = ()
    drafts: Sequence[Draft] = ()
    verifications: Sequence[Verification] = ()
    names: Mapping[str, ProductNames] = field(default_factory=dict)  # by product
    labels: Mapping[str, DocumentLink] = field(default_factory=dict)  # by product
    failures: Sequence[str] = ()
    is_first_turn: bool = False
    was_asked_exposure: bool = False  # in this conversation, already
    followed: Followed | None = None  # this message answers what a safety intake asked back


def decide(found: Deliberation, new_id: Callable[[str], str]) -> Reply:
    """The outcomes of all parts in the fixed order. `new_id(prefix)` makes case ids."""
    outcomes: list[Outcome] = []
    urgent = _counts(found, FindingKind.EMERGENCY)
    if urgent:
        outcomes.append(Emergency(text=found.policy.texts.emergency))
    intake = _safety_intake(found, new_id, is_urgent=urgent)  # an emergency has one, too
    followed = _follow_up(found)
    told = [one for one in (followed, intake) if one is not None]
    broken = _is_broken(found)
    outcomes += told or ([_precaution(found, new_id)] if broken else [])
    if not urgent:  # in an emergency nothing else stands in the way
        outcomes += _parts(found, new_id, has_intake=bool(told))
        if broken and not any(isinstance(one, HandOff) for one in outcomes):
            outcomes.append(_hand_off(found, "check_failed", (), new_id))
    if not outcomes:
        outcomes.append(_hand_off(found, "check_failed", (), new_id))
    ordered = sorted(outcomes, key=lambda outcome: _ORDER.index(outcome.kind))
    return Reply(outcomes=tuple(ordered), notices=tuple(_notices(found, asks_exposure=not told)))


def _counts(found: Deliberation, kind: FindingKind) -> bool:
    """Whether a finding of this kind reaches the policy's threshold."""
    if found.screening is None:
        return False
    threshold: float = getattr(found.policy.thresholds, kind.value)
    return any(f.confidence >= threshold for f in found.screening.of_kind(kind))


def _safety_intake(found: Deliberation, new_id: Callable[[str], str], *, is_urgent: bool) -> SafetyIntake | None:
    """Opened whenever anything was reported, criteria complete or not; an emergency is a report too."""
    kinds = [kind for kind, is_followed in _reported(found) if not is_followed]
    if not kinds and is_urgent:
        kinds = [SafetyKind.ADVERSE_EVENT]
    if not kinds or found.screening is None:
        return None
    product = found.understanding.product if found.understanding else found.question.scope.product
    missing = missing_criteria(found.screening.redacted, product)
    asked = follow_up_about(missing, kinds)
    case_id = new_id("case")
    return SafetyIntake(
        safety_kinds=tuple(kinds),
        text=found.policy.texts.safety_ack.format(
            reference=case_id, received_at=f"{found.question.asked_at:%Y-%m-%d %H:%M} UTC"
        ),
        follow_up=found.policy.texts.safety_follow_up[asked] if asked else "",
        asked_about=asked or "",
        missing_criteria=missing,
        case_id=case_id,
        received_at=found.question.asked_at,
    )


def _is_broken(found: Deliberation) -> bool:
    """Whether something that looks for reports failed: then nobody knows whether the message held one."""
    if found.screening is None or found.screening.of_kind(FindingKind.SCREEN_FAILED):
        return True
    return any(failure.partition(":")[0] in _LOOK_FOR_REPORTS for failure in found.failures)


def _precaution(found: Deliberation, new_id: Callable[[str], str]) -> SafetyIntake:
    """Drug safety reads the message itself, so that a broken screen loses no report (21 CFR 314.80)."""
    case_id, received_at = new_id("case"), found.question.asked_at
    text = found.policy.texts.safety_precaution.format(
        reference=case_id, received_at=f"{received_at:%Y-%m-%d %H:%M} UTC"
    )
    return SafetyIntake(safety_kinds=(), text=text, is_precaution=True, case_id=case_id, received_at=received_at)


def _reported(found: Deliberation) -> list[tuple[SafetyKind, bool]]:
    """The kinds of safety information in the message, each once; whether it only adds to the report asked about.

    A kind that report is not of opens a case of its own, even when the answer tells it.
    """
    threshold = found.policy.thresholds.safety_report
    findings = () if found.screening is None else found.screening.of_kind(FindingKind.SAFETY_REPORT)
    answer = found.followed
    kinds: dict[SafetyKind, bool] = {}
    for one in findings:
        if one.confidence >= threshold:
            kind = SafetyKind(one.detail)
            adds = answer is not None and kind in answer.intake.safety_kinds and one.end <= answer.end
            kinds[kind] = kinds.get(kind, True) and adds
    return list(kinds.items())


def _follow_up(found: Deliberation) -> SafetyIntake | None:
    """What the HCP answered is added to the case it was asked for; Day 0 stays, and nothing more is asked."""
    if found.followed is None:
        return None
    intake = found.followed.intake
    thanks = found.policy.texts.safety_follow_up_thanks
    return SafetyIntake(
        safety_kinds=intake.safety_kinds,
        text=thanks.format(reference=intake.case_id, received_at=f"{intake.received_at:%Y-%m-%d %H:%M} UTC"),
        is_follow_up=True,
        case_id=intake.case_id,
        received_at=intake.received_at,
    )


def _parts(found: Deliberation, new_id: Callable[[str], str], *, has_intake: bool) -> Iterable[Outcome]:
    if found.screening is None or found.understanding is None:
        yield _hand_off(found, "check_failed", (), new_id)
        return
    if _counts(found, FindingKind.LANGUAGE) and not has_intake:
        yield _decline(found, "language")
        return
    answers: list[Answer] = []
    handed: dict[HandOffReason, list[int]] = {}
    declined: dict[DeclineReason, None] = {}
    clarify: Clarify | None = None
    for index, part in enumerate(found.understanding.parts):
        verdict = _judge(found, index, part)
        if isinstance(verdict, Answer):
            answers.append(verdict)
        elif isinstance(verdict, Clarify):
            clarify = clarify or verdict
        elif isinstance(verdict, HandedOver):
            handed.setdefault(verdict.reason, []).append(index)
        elif verdict is not None:
            declined[verdict] = None
    yield from merge_answers(answers)
    if clarify is not None:
        yield clarify
    for reason, indices in handed.items():
        yield _hand_off(found, reason, indices, new_id)
    said = bool(answers or handed or clarify or has_intake)
    for why in declined:
        if why != "small_talk" or not (said or len(declined) > 1):
            yield _decline(found, why)


@dataclass(frozen=True)
class HandedOver:
    """A part that goes to an MSL, and why."""

    reason: HandOffReason


def _judge(found: Deliberation, index: int, part: Part) -> Answer | Clarify | HandedOver | DeclineReason | None:
    """What becomes of one part; None for a safety report, which has its intake."""
    if part.kind is PartKind.SAFETY_REPORT:
        return None
    if part.kind in _DECLINED:
        return _DECLINED[part.kind]
    if part.kind in _HANDED_OVER:
        return HandedOver(_HANDED_OVER[part.kind])
    if found.screening is None or found.screening.of_kind(FindingKind.SCREEN_FAILED):
        return HandedOver("check_failed")
    if part.product is None:
        if part.names_unknown_product and not part.candidates:
            return HandedOver("unknown_product")
        return Clarify(text=found.policy.texts.clarify_product, choices=part.candidates)
    return _answer(found, index, part.product)


def _answer(found: Deliberation, index: int, product: str) -> Answer | HandedOver:
    evidence = next((e for e in found.evidence if e.part == index), None)
    if evidence is None or evidence.result is None:
        return HandedOver("check_failed")  # retrieval did not happen
    draft = next((d for d in found.drafts if d.part == index), None)
    if draft is None:
        return HandedOver("not_in_label")
    verification = next((v for v in found.verifications if v.part == index), None)
    if verification is None or not verification.holds:
        return HandedOver("check_failed")
    if draft.confidence < found.policy.thresholds.answer:
        unsure = draft.confidence >= found.policy.thresholds.clarify
        return HandedOver("unsure" if unsure else "not_in_label")
    safety = draft.safety_information
    if safety is None or product not in found.labels or product not in found.names:
        return HandedOver("check_failed")
    return Answer(
        names=found.names[product],
        blocks=draft.blocks,
        more=draft.more,
        safety_information=safety,
        citations=draft.citations,
        label=found.labels[product],
        confidence=draft.confidence,
    )


def _hand_off(
    found: Deliberation, reason: HandOffReason, indices: Sequence[int], new_id: Callable[[str], str]
) -> HandOff:
    parts = found.understanding.parts if found.understanding else ()
    topic = " · ".join(parts[i].text.strip() for i in indices)[:TOPIC_CHARACTERS]
    product = next((parts[i].product for i in indices if parts[i].product), None)
    looked_in = _looked_in(found, indices) if reason in {"not_in_label", "unsure"} else ()
    text = found.policy.texts.handoff[reason].format(
        product=_called(found, product),
        topic=topic or "Your question",
        looked_in=", ".join(looked_in) or "the whole document",
    )
    return HandOff(reason=reason, topic=topic, text=text, looked_in=looked_in, case_id=new_id("case"))


def _called(found: Deliberation, product: str | None) -> str:
    """The product with its generic name, as at every first mention."""
    if product is None:
        return "this product"
    return with_generic(found.names[product]) if product in found.names else product


def _looked_in(found: Deliberation, indices: Sequence[int]) -> tuple[str, ...]:
    """The first three sections that were searched through, by their heading in the document."""
    headings = [
        scored.passage.heading_path[0]
        for evidence in found.evidence
        if evidence.part in indices and evidence.result is not None
        for scored in evidence.result.passages
        if scored.passage.heading_path
    ]
    return tuple(dict.fromkeys(headings))[:3]


def _decline(found: Deliberation, reason: DeclineReason) -> Decline:
    text = found.policy.texts.decline[reason].format(product="this product", topic="this")
    return Decline(reason=reason, text=text)


def _notices(found: Deliberation, *, asks_exposure: bool) -> Iterable[Notice]:
    if found.is_first_turn:
        yield Notice(kind="ai", text=found.policy.texts.ai_notice)
    if found.screening is not None and found.screening.of_kind(FindingKind.PERSONAL_DATA):
        yield Notice(kind="personal_data", text=found.policy.texts.personal_data_notice)
    if asks_exposure and not found.was_asked_exposure and _is_about_pregnancy(found):
        yield Notice(kind="exposure", text=found.policy.texts.safety_follow_up["exposure"])


def _is_about_pregnancy(found: Deliberation) -> bool:
    """Whether a question touches exposure in pregnancy: then it is asked once whether one occurred (GVP VI.B.6.1)."""
    parts = found.understanding.parts if found.understanding else ()
    asked = (part for part in parts if part.kind in (PartKind.ON_LABEL, PartKind.OFF_LABEL))
    return any("pregnancy" in part.populations for part in asked)
