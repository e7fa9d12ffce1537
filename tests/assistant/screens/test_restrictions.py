"""Limits of an approved use beside disease and age; every label sentence here is invented."""

import pytest

from assistant.screens.restrictions import restrictions

INDICATIONS = (
    "KORMADEX is indicated for adults with FRB (folate receptor-beta) positive ovarian cancer.",
    "KORMADEX is indicated for relapsed or refractory multiple myeloma after at least two prior therapies.",
    "KORMADEX is indicated for first-line treatment of metastatic melanoma with a KRAX G12C mutation.",
    "KORMADEX is indicated for Duchenne muscular dystrophy amenable to exon 53 skipping.",
    "KORMADEX is indicated for HER9-negative breast cancer in postmenopausal women.",
    "KORMADEX is indicated for short-term treatment (up to 8 days) of eczema.",
)
DOSING = ("The recommended dosage is 20 mg once daily for two weeks of each cycle.",)
LABEL = " ".join((*INDICATIONS, *DOSING)).lower()


def details(text):
    return {r.detail for r in restrictions(text, INDICATIONS, DOSING, LABEL)}


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("FRB negative ovarian, dose?", "population"),
        ("dose in KRAX wild type melanoma", "population"),
        ("KRAX G12D melanoma response?", "population"),
        ("boy amenable to exon 51, dose", "population"),
        ("HER9+ breast cancer dose", "population"),
        ("HER9 positive breast, regimen", "population"),
        ("ROX1+ melanoma, dose", "population"),
        ("premenopausal breast cancer dose", "population"),
        ("frontline in untreated myeloma: schedule?", "line"),
        ("myeloma, newly diagnosed, dosing", "line"),
        ("eczema for 3 months straight, dose?", "duration"),
    ],
)
def test_what_lies_on_the_other_side_of_a_limit_is_named(text, detail):
    assert detail in details(text)


@pytest.mark.parametrize(
    "text",
    [
        "FRB positive ovarian, dose?",
        "FRB pos dose",
        "KRAX G12C melanoma first line, dose",
        "exon 53 boy of 9, dose",
        "HER9 neg breast cancer dose",
        "postmenopausal HER9-negative",
        "relapsed myeloma after three lines, dosing",
        "melanoma 1L dosing",
        "eczema for 5 days, how often",
        "6-month-old with eczema",
        "ANA negative patient, dose?",
        "HIV+ melanoma patient, dose",
        "no prior therapy needed?",
    ],
)
def test_what_lies_within_is_none(text):
    assert details(text) == set()


def test_a_label_that_names_both_sides_limits_nothing():
    both = ("KORMADEX is indicated for HER9-positive and HER9-negative breast cancer.",)
    assert not list(restrictions("HER9 negative breast cancer dose", both, (), both[0].lower()))
    assert not list(restrictions("HER9 positive breast cancer dose", both, (), both[0].lower()))
