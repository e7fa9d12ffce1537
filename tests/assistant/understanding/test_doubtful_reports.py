"""A terse message that may be a report and may be a question gets both: neither is lost."""

from __future__ import annotations

import pytest

from assistant.types import Finding, FindingKind, PartKind, Screening
from assistant.understanding.parts import grouped
from assistant.understanding.products import ProductIndex
from assistant.understanding.topics import load_topics


def kinds(text: str, confidence: float) -> list[PartKind]:
    told = Finding(
        kind=FindingKind.SAFETY_REPORT,
        detail="adverse_event",
        start=0,
        end=len(text),
        found_by="us.safety.fitted@1",
        confidence=confidence,
    )
    groups = grouped(Screening(redacted=text, findings=(told,)), ProductIndex(()), load_topics())
    return [group.kind for group in groups]


@pytest.mark.parametrize("text", ["starter pack storage conditions", "pediatric starting dose + cap"])
def test_a_doubtful_report_without_a_patient_is_answered_too(text: str) -> None:
    assert kinds(text, 0.7) == [PartKind.SAFETY_REPORT, PartKind.ON_LABEL]


@pytest.mark.parametrize(
    ("text", "confidence"),
    [("storage conditions of the starter pack", 0.95), ("she had a rash after the starting dose", 0.7)],
)
def test_a_sure_report_and_one_with_a_patient_are_reports_alone(text: str, confidence: float) -> None:
    assert kinds(text, confidence) == [PartKind.SAFETY_REPORT]
