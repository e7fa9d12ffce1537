"""Deliberations to decide on, one small change away from an answer."""

from __future__ import annotations

import itertools
from datetime import timedelta

import labels
from drafts import compose_dosage, evidence_for

from assistant.policy import load_policy
from assistant.turn.decide import Deliberation, decide
from assistant.types import (
    Asker,
    Check,
    DocumentLink,
    Finding,
    FindingKind,
    Followed,
    Part,
    PartKind,
    Question,
    SafetyIntake,
    Scope,
    Screening,
    Understanding,
    Verification,
)
from knowledge.types import Market

TEXT = "what is the recommended dosage?"
POLICY = load_policy(Market.US)
DAY = timedelta(days=1)
QUESTION = Question(
    question_id="q",
    conversation_id="c",
    asker=Asker(pseudonym="p"),
    scope=Scope(product="Veltrano"),
    text=TEXT,
    asked_at=labels.NOW,
)
THRESHOLDS = POLICY.thresholds
DRAFT, EVIDENCE = compose_dosage(), evidence_for(TEXT)
ASKED_AT = f"{QUESTION.asked_at:%Y-%m-%d %H:%M} UTC"
HOLDS = Verification(part=0, checks=(Check(name="quotes_are_verbatim", passed=True),))


def part(kind=PartKind.ON_LABEL, **more):
    return Part(**{"text": TEXT, "standalone": TEXT, "kind": kind, "product": "Veltrano", **more})


def finding(kind, detail="", confidence=1.0):
    return Finding(kind=kind, detail=detail, start=0, end=4, found_by="test", confidence=confidence)


def deliberation(parts=None, findings=(), **more):
    values = {
        "question": QUESTION,
        "screening": Screening(redacted=TEXT, findings=tuple(findings)),
        "understanding": Understanding(parts=tuple(parts or (part(),)), product="Veltrano"),
        "policy": POLICY,
        "evidence": (EVIDENCE,),
        "drafts": (DRAFT.model_copy(update={"confidence": 0.9}),),
        "verifications": (HOLDS,),
        "names": {"Veltrano": labels.NAMES},
        "labels": {"Veltrano": DocumentLink(document_id="veltrano-us", version="1", title="Veltrano")},
    }
    return Deliberation(**{**values, **more})


def reply(*args, **more):
    numbers = itertools.count(1)
    return decide(deliberation(*args, **more), lambda prefix: f"{prefix}_{next(numbers)}")


def kinds(*args, **more):
    return [outcome.kind for outcome in reply(*args, **more).outcomes]


def report(kind, end=4, confidence=1.0):
    return Finding(
        kind=FindingKind.SAFETY_REPORT, detail=kind, start=0, end=end, found_by="test", confidence=confidence
    )


def asked_before(*kinds, end=10):
    """This message answers, up to `end`, what the intake of an earlier report asked back."""
    intake = SafetyIntake(safety_kinds=kinds, text="Thank you.", case_id="case_0", received_at=labels.NOW - DAY)
    return Followed(intake=intake, end=end, is_whole=False)


def searched(*headings, part=0):
    """Evidence whose passages stand under these headings."""
    evidence = evidence_for(TEXT, part=part)
    passages = [
        one.model_copy(update={"passage": one.passage.model_copy(update={"heading_path": (h, "below") if h else ()})})
        for one, h in zip(evidence.result.passages, headings, strict=False)
    ]
    return evidence.model_copy(update={"result": evidence.result.model_copy(update={"passages": tuple(passages)})})
