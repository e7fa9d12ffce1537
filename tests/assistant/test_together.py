"""The dose alone is no answer to a question on a combination."""

from __future__ import annotations

import labels
import pytest

from assistant.composing.rank import Asked, rank
from assistant.composing.reading import read
from assistant.types import Part, PartKind

ALONE = "The recommended dose of Kormadex as a single agent is 3 mg on Days 1 and 8 of a 28-day cycle."
BOTH = "In combination with sotrumab the recommended dose of Kormadex is 2 mg on Day 1 of a 21-day cycle."
RATES = "Rash was more frequent with sotrumab than with Kormadex as a single agent."


def shown(text: str, *sentences: str, before: str = "") -> set[str]:
    label = labels.LabelBuilder()
    label.section("dosage_and_administration", "DOSAGE AND ADMINISTRATION", "2")
    for sentence in sentences:
        label.paragraph(sentence)
    approved = labels.approved(label.build())
    reading = read(approved)
    beside = {"sotrumab": ("sotrumab",)} if "sotrumab" in text else {}
    part = Part(text=text, standalone=f"{text} {before}".strip(), kind=PartKind.ON_LABEL, companions=beside)
    key = (approved.document.document_id, approved.document.version)
    found = rank(Asked.of(part, frozenset()), labels.passages(approved), {key: reading})
    return {c.reading.text_of(c.unit) for c in found}


def test_what_holds_alone_is_left_out_where_a_combination_is_asked():
    assert shown("dose and cycle length with sotrumab?", ALONE, BOTH, RATES) == {BOTH, RATES}


@pytest.mark.parametrize(
    "text",
    [
        "dose and cycle length?",
        "dose with sotrumab, and alone?",
        "sotrumab: dose?",
        "mg/kg dose after sotrumab?",
        "with T2DM who failed sotrumab: dose?",
    ],
)
def test_else_all_is_looked_at(text):
    assert ALONE in shown(text, ALONE, BOTH)


def test_where_nothing_else_was_found_it_stays():
    assert shown("dose with sotrumab?", ALONE) == {ALONE}


def test_a_follow_up_on_the_combination_is_no_question_on_the_single_agent():
    assert shown("same but with sotrumab", ALONE, BOTH, before="single agent schedule") == {BOTH}
