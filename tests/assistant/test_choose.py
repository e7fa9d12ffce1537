"""What of the ranked candidates is shown, told by candidates whose scores the test sets."""

from __future__ import annotations

from dataclasses import replace

import labels
import pytest

from assistant.composing.choose import Limits, choose, first_that_speaks, speaks_of, with_missing
from assistant.composing.rank import Asked, Candidate, rank
from assistant.composing.reading import Reading, read
from assistant.types import Part, PartKind

LIMITS = Limits(words=110, citations=6)


def asked(text: str) -> Asked:
    return Asked.of(Part(text=text, standalone=text, kind=PartKind.ON_LABEL), frozenset())


def ranked(text: str, label: labels.LabelBuilder, *scores: float) -> list[Candidate]:
    """The label's units for a question, with these scores in reading order, best first."""
    approved = labels.approved(label.build())
    reading: Reading = read(approved)
    key = (approved.document.document_id, approved.document.version)
    found = sorted(rank(asked(text), labels.passages(approved), {key: reading}), key=lambda c: c.unit.index)
    scored = [replace(c, score=score) for c, score in zip(found, scores, strict=True)]
    return sorted(scored, key=lambda c: -c.score)


def texts(chosen: list[Candidate]) -> list[str]:
    return [c.reading.text_of(c.unit) for c in chosen]


def reactions() -> labels.LabelBuilder:
    label = labels.LabelBuilder()
    label.section("dosage_and_administration", "DOSAGE AND ADMINISTRATION", "2")
    label.table(
        "Table 3: Changes of the rate",
        ("Reaction", "Change"),
        ("Chills, Grade 1 or 2", "Halve the rate"),
        ("Itching", "Wait 1 to 2 days"),
        ("Swelling", "Stop"),
    )
    return label


def test_a_row_that_ranks_before_those_holding_the_number_stays():
    shown = texts(choose(ranked("chills, grade 2: rate?", reactions(), 3.0, 2.0, 1.9), LIMITS))
    assert "Chills" in shown[0]


def test_a_row_that_ranks_behind_one_holding_the_number_is_left_out():
    shown = texts(choose(ranked("chills, grade 2: rate?", reactions(), 2.0, 3.0, 2.9), LIMITS))
    assert len(shown) == 1
    assert "Itching" in shown[0]


def study(length: int) -> labels.LabelBuilder:
    label = labels.LabelBuilder()
    label.section("clinical_pharmacology", "CLINICAL PHARMACOLOGY", "12")
    label.paragraph(
        "Mild impairment changes no exposure, as " + " ".join(f"group{n}" for n in range(length)) + " showed.",
        "Severe impairment was never looked at in any trial, " + " ".join(f"site{n}" for n in range(25)) + ".",
        "Weight changes clearance.",
    )
    return label


@pytest.mark.parametrize(("length", "shown"), [(75, True), (105, False)])
def test_the_second_pick_may_go_a_little_over_the_words_allowed(length, shown):
    chosen = texts(choose(ranked("severe impairment?", study(length), 3.2, 3.0, 1.0), LIMITS))
    assert any("never looked at" in text for text in chosen) is shown


def test_a_pick_that_ranks_before_the_first_one_is_no_matter_apart():
    label = labels.LabelBuilder()
    studies = label.section("clinical_studies", "CLINICAL STUDIES", "14")
    label.section("clinical_studies", "Response in Newly Diagnosed Gout", "14.1", studies)
    label.paragraph("Response came after 3 months " + " ".join(f"word{n}" for n in range(30)) + ".")
    label.section("clinical_studies", "Response in Resistant Gout", "14.2", studies)
    label.paragraph("Response came after 9 months.")
    chosen = texts(choose(ranked("response resistant?", label, 3.0, 2.98), LIMITS))
    assert "9 months" in chosen[0]
    assert "3 months" in chosen[1]


def kinetics() -> labels.LabelBuilder:
    label = labels.LabelBuilder()
    label.section("clinical_pharmacology", "CLINICAL PHARMACOLOGY", "12")
    label.paragraph("The half-life is 20 hours.", "Pyrexia was seen.", "The kidney excretes 4% unchanged.", "It binds.")
    return label


def test_a_word_and_what_it_stands_for_both_speak_of_what_is_asked():
    found = ranked("fever?", kinetics(), 2.0, 1.9, 1.8, 1.7)
    assert not speaks_of(asked("fever?"), found[:1])
    assert speaks_of(asked("fever?"), found[1:2])


def test_a_choice_without_the_kind_of_quantity_asked_for_does_not_speak_of_it():
    found = ranked("how long is the half-life?", kinetics(), 2.0, 1.9, 1.8, 1.7)
    assert speaks_of(asked("half-life how many hours?"), found[:1])
    assert not speaks_of(asked("what % unchanged?"), found[:1])


def test_of_one_thing_asked_the_best_that_speaks_of_it_is_taken():
    best = first_that_speaks(asked("% unchanged?"), ranked("% unchanged?", kinetics(), 2.0, 1.9, 1.8, 1.7), ())
    assert best is not None
    assert "4% unchanged" in best.reading.text_of(best.unit)


@pytest.mark.parametrize("scores", [(2.0, 1.9, 0.5, 0.4), ()])
def test_nothing_is_taken_where_nothing_near_the_best_speaks_of_it(scores):
    found = ranked("% unchanged?", kinetics(), *scores) if scores else []
    assert first_that_speaks(asked("% unchanged?"), found, ()) is None


def test_what_speaks_of_it_for_another_indication_is_not_taken():
    label = labels.LabelBuilder()
    dosage = label.section("dosage_and_administration", "DOSAGE AND ADMINISTRATION", "2")
    label.section("dosage_and_administration", "Dosage for Plaque Psoriasis", "2.1", dosage)
    label.paragraph("Take 40 mg.")
    label.section("dosage_and_administration", "Dosage for Atopic Dermatitis", "2.2", dosage)
    label.paragraph("Titrate by 5 mg.")
    found = ranked("dosage for psoriasis, titrate", label, 1.9, 2.0)
    assert first_that_speaks(asked("titrate"), found, ()) is found[0]
    assert first_that_speaks(asked("titrate"), found, found[1:]) is None


def test_picks_stay_as_they_are_where_nothing_is_missing():
    chosen = choose(ranked("severe impairment?", study(75), 3.0, 2.9, 1.0), LIMITS)
    assert with_missing(chosen, chosen[:1], LIMITS) == chosen
