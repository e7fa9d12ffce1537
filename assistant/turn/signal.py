"""Signal: what other services may know of a turn. Typed by purpose, without a word of what was written.

The purpose firewall (RULES.md): nothing off-label, safety-related or patient-derived ever reaches the
commercial profile, and nothing reaches it at all without consent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from assistant.records import Interaction, Purpose, Signal
from assistant.types import (
    Answer,
    Clarify,
    Decline,
    Emergency,
    FindingKind,
    HandOff,
    Outcome,
    Part,
    PartKind,
    SafetyIntake,
)

Consent = Literal["granted", "denied"]
Data = dict[str, str | int | float | bool | tuple[str, ...] | None]

# A turn that holds any of these tells the commercial profile nothing, not even by its answered half.
_WALLED_FINDINGS = frozenset(
    {
        FindingKind.SAFETY_REPORT,
        FindingKind.PERSONAL_DATA,
        FindingKind.OFF_LABEL,
        FindingKind.COMPARATOR,
        FindingKind.PERSONAL_DIRECTION,
        FindingKind.EMERGENCY,
        FindingKind.MISUSE,
        FindingKind.SCREEN_FAILED,  # what a broken screen did not see may have been any of them
    }
)
_OPEN_PARTS = frozenset({PartKind.ON_LABEL, PartKind.SMALL_TALK})
_OPEN_OUTCOMES = (Answer, Clarify)

# A specialty is chosen from a list, but may come typed: what does not look like one is not passed on.
_SPECIALTY = re.compile(r"[A-Za-z][A-Za-z &/,()-]{0,59}")


def signals(interaction: Interaction, new_id: Callable[[str], str], consent: Consent = "denied") -> tuple[Signal, ...]:
    """The signals of one turn, in the order of its outcomes.

    `consent` is the asker's present answer to profiling; profile signals exist only under "granted".
    """
    made = [_signal(interaction, new_id, *_describe(interaction, o)) for o in interaction.reply.outcomes]
    if interaction.failures:
        made.append(_signal(interaction, new_id, "step.failed", Purpose.QUALITY, _failures(interaction)))
    if consent == "granted":
        made.extend(_profile(interaction, new_id))
    return tuple(made)


def _describe(interaction: Interaction, outcome: Outcome) -> tuple[str, Purpose, Data]:
    match outcome:
        case Answer():
            return "answer.given", Purpose.QUALITY, _answer(interaction, outcome)
        case HandOff():
            return "handoff.opened", Purpose.MEDICAL, {"case_id": outcome.case_id, "reason": outcome.reason}
        case SafetyIntake():
            told = "safety.followed_up" if outcome.is_follow_up else "safety.reported"
            return told, Purpose.SAFETY, _safety(outcome)
        case Clarify():
            return "clarification.asked", Purpose.QUALITY, {"choices": len(outcome.choices)}
        case Decline():
            return "turn.declined", Purpose.QUALITY, {"reason": outcome.reason}
        case Emergency():
            return "emergency.shown", Purpose.SAFETY, {}


def _answer(interaction: Interaction, answer: Answer) -> Data:
    return {
        "answered_product": answer.names.product,
        "section_families": _families(interaction, answer),
        "citations": len(answer.citations),
        "document_id": answer.label.document_id,
        "document_version": answer.label.version,
        "confidence": round(answer.confidence, 4),
    }


def _safety(intake: SafetyIntake) -> Data:
    return {
        "case_id": intake.case_id,
        "safety_kinds": tuple(kind.value for kind in intake.safety_kinds),
        "missing_criteria": intake.missing_criteria,
        "received_at": intake.received_at.isoformat(),
    }


def _failures(interaction: Interaction) -> Data:
    """Only which steps failed: what an exception says may quote the message."""
    return {"steps": tuple(dict.fromkeys(f.partition(":")[0].strip() for f in interaction.failures))}


def _profile(interaction: Interaction, new_id: Callable[[str], str]) -> Iterator[Signal]:
    if not _may_be_profiled(interaction):
        return
    asker = interaction.question.asker
    for outcome in interaction.reply.outcomes:
        if not isinstance(outcome, Answer):
            continue
        data: Data = {
            "asker": asker.pseudonym,
            "specialty": asker.specialty if _SPECIALTY.fullmatch(asker.specialty) else None,
            "answered_product": outcome.names.product,
            "section_families": _families(interaction, outcome),
        }
        yield _signal(interaction, new_id, "interest.shown", Purpose.PROFILE, data)


def _may_be_profiled(interaction: Interaction) -> bool:
    understanding = interaction.understanding
    return (
        understanding is not None
        and not any(f.kind in _WALLED_FINDINGS for f in interaction.screening.findings)
        and all(_is_open(part) for part in understanding.parts)
        and all(isinstance(o, _OPEN_OUTCOMES) for o in interaction.reply.outcomes)
    )


def _is_open(part: Part) -> bool:
    return part.kind in _OPEN_PARTS and part.origin == "asker"


def _families(interaction: Interaction, answer: Answer) -> tuple[str, ...]:
    """The label section families the answer's citations lie in, each once, sorted."""
    passages = [s.passage for e in interaction.evidence if e.result is not None for s in e.result.passages]
    found = {
        p.field
        for c in answer.citations
        for p in passages
        if (p.document_id, p.version) == (c.document_id, c.version) and p.start < c.end and c.start < p.end
    }
    return tuple(sorted(found))


def _signal(interaction: Interaction, new_id: Callable[[str], str], type_: str, purpose: Purpose, data: Data) -> Signal:
    question = interaction.question
    product = interaction.understanding.product if interaction.understanding else question.scope.product
    case_id = data.get("case_id")
    return Signal(
        signal_id=new_id("signal"),
        type=type_,
        subject=case_id if isinstance(case_id, str) else interaction.interaction_id,
        purpose=purpose,
        consent="granted" if purpose is Purpose.PROFILE else "not_needed",
        data={"market": question.scope.market.value, "product": product, **data},
        at=interaction.finished_at,
    )
