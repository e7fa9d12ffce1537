from __future__ import annotations

import labels
import pytest

from assistant.composing.cite import Citations
from assistant.composing.reading import read
from assistant.composing.safety_information import safety_information


def told(build):
    label = labels.LabelBuilder()
    build(label)
    information = safety_information(read(labels.approved(label.build())), Citations(), "ISI")
    return None if information is None else [piece.text for piece in information.pieces]


def test_a_boxed_warning_is_told_whole():
    def build(label):
        label.section("boxed_warning", "WARNING: LIVER")
        label.paragraph(*(f"Sentence {n} of a long warning that has many words in it." for n in range(40)))
        label.section("contraindications", "CONTRAINDICATIONS", "4")
        label.paragraph("Allergy.")

    (piece,) = told(build)
    assert piece.startswith("Sentence 0")
    assert piece.endswith("Sentence 39 of a long warning that has many words in it.")


def test_no_contraindications_does_not_mean_no_safety_information():
    def build(label):
        label.section("contraindications", "CONTRAINDICATIONS", "4")
        label.paragraph("None.")
        top = label.section("warnings_and_cautions", "WARNINGS", "5")
        for number in (1, 2):
            label.section("warnings_and_cautions", f"Risk {number}", f"5.{number}", top)
            label.paragraph(f"Risk {number} can happen.", "More is said about it here.")

    assert told(build) == ["Risk 1 can happen.", "Risk 2 can happen."]


def test_a_label_without_any_risk_gives_none():
    assert told(lambda label: (label.section("description", "DESCRIPTION", "11"), label.paragraph("A tablet."))) is None


WARNS = [
    (
        f"Risk {n}: It can happen to {'anybody ' * 4}.",
        f"Stop the medicine and tell a doctor of it for risk {n} (5.{n}).",
    )
    for n in range(1, 9)
]


@pytest.mark.parametrize("paragraphs", [WARNS, [tuple(sentence for warning in WARNS for sentence in warning)]])
def test_no_item_is_cut_off_before_what_is_to_be_done(paragraphs):
    def build(label):
        label.section("contraindications", "CONTRAINDICATIONS", "4")
        for sentences in paragraphs:
            label.paragraph(*sentences)

    text = " ".join(told(build))
    assert 0 < text.count("It can happen") == text.count("Stop the medicine") < len(WARNS)


def test_a_single_item_longer_than_the_limit_is_cut_between_sentences():
    def build(label):
        label.section("contraindications", "CONTRAINDICATIONS", "4")
        label.paragraph(*(f"Not in state {n} of those that are listed here one by one." for n in range(30)))

    (piece,) = told(build)
    assert piece.endswith("one by one.")
    assert 30 < len(piece.split()) <= 60
