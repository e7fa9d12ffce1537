"""The line between what a narrower limit of a label holds and what it does not; every label sentence is invented."""

from __future__ import annotations

import pytest

from assistant.screens.restrictions import restrictions


def found(text, *indications, dosing=(), label=None):
    held = " ".join((*indications, *dosing)).lower() if label is None else label
    return [(r.detail, text[r.start : r.end]) for r in restrictions(text, indications, dosing, held)]


MUTANT = "Indicated for melanoma with a KRAX G12C mutation."
WITHOUT = "Indicated for HER9-negative breast cancer."


@pytest.mark.parametrize(
    ("text", "label", "span"),
    [
        ("KRAX negative melanoma?", MUTANT, "KRAX negative"),
        ("KRAX wild-type melanoma?", MUTANT, "KRAX wild-type"),
        ("KRAX exon 9 wild type?", MUTANT, "KRAX exon 9 wild type"),
        ("KRAX positive melanoma?", MUTANT, None),
        ("ROX1 positive melanoma?", MUTANT, "ROX1 positive"),
        ("ROX1 negative melanoma?", MUTANT, None),
        ("HER9+ breast?", WITHOUT, "HER9+"),
        ("HER9 negative breast?", WITHOUT, None),
        ("HER8 positive breast?", WITHOUT, None),  # the label asks no marker to be positive
        ("fever positive?", MUTANT, None),  # a plain word is no marker
        ("HIV positive melanoma?", MUTANT, None),  # tells of the patient
        ("FRα positive?", "Indicated for cancer with FRalpha mutation.", None),
        ("FRα negative?", "Indicated for cancer with FRalpha mutation.", "FRalpha negative"),
    ],
)
def test_a_marker_is_held_against_the_side_the_label_names(text, label, span):
    plain = text.replace("α", "alpha")
    told = [(r.detail, plain[r.start : r.end]) for r in restrictions(text, (label,), (), label.lower())]
    assert told == ([("population", span)] if span else [])


def test_a_marker_the_label_names_elsewhere_is_no_new_one():
    assert found("ROX1 positive?", MUTANT, label="rox1 was studied") == []


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("exon 51, dose?", "exon 51"),
        ("exon 53, dose?", None),
        ("exon 51 or exon 53, dose?", None),
        ("G12D, dose?", "G12D"),
        ("G12C, dose?", None),
        ("any exon, dose?", None),
    ],
)
def test_another_exon_or_variant_than_the_labels_is_outside_it(text, span):
    assert found(text, "Amenable to exon 53 skipping, G12C.") == ([("population", span)] if span else [])
    assert found(text, "Indicated for gout.") == []


LATER = "Indicated for multiple myeloma after two prior therapies."
FIRST = "Indicated for first-line treatment of multiple myeloma after a biopsy."


@pytest.mark.parametrize(
    ("text", "label", "outside"),
    [
        ("first-line myeloma?", (LATER,), True),
        ("newly diagnosed myeloma?", (LATER,), True),
        ("myeloma?", (LATER,), False),
        ("first-line myeloma?", (FIRST,), False),
        ("first-line myeloma?", (LATER, FIRST), False),  # one indication takes it
        ("first-line myeloma?", ("Indicated for multiple myeloma.",), False),
    ],
)
def test_a_first_line_is_outside_where_every_indication_of_it_needs_an_earlier_one(text, label, outside):
    assert [detail for detail, _ in found(text, *label)] == ["line"] * outside


SHORT = "Use it for a course of up to 8 days."


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("for 16 days?", True),  # twice as long
        ("for 15 days?", False),
        ("for two weeks?", False),
        ("for three weeks?", True),
        ("for 1 month?", True),
        ("for one year?", True),
        ("for 1 week?", False),
        ("another 16 days?", True),
        ("16 days straight?", True),
        ("16 days of treatment?", True),
        ("a 16 day old baby?", False),
        ("16 days ago?", False),
    ],
)
def test_a_course_twice_as_long_as_the_labels_longest_is_outside_it(text, outside):
    assert [detail for detail, _ in found(text, SHORT)] == ["duration"] * outside


def test_the_longest_of_several_limits_counts_and_only_those_of_treatment():
    assert found("for 20 days?", SHORT, dosing=("Limit treatment to no more than two weeks.",)) == []
    assert found("for 20 days?", "Store it for up to 8 days.") == []
    assert found("for 20 days?", SHORT, dosing=("Store it for up to 8 months.",)) == [("duration", "for 20 days")]
