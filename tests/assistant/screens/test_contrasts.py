"""Sides of a disease that exclude each other; every label sentence here is invented."""

import pytest

from assistant.screens.contrasts import contrasts

INDICATIONS = (
    "DRAVEXO is indicated for metastatic castration-resistant prostate cancer after treatment with a taxane.",
    "DRAVEXO is indicated in combination with letrozole for first-line treatment of advanced breast cancer.",
    "DRAVEXO is indicated for platinum-resistant ovarian cancer in patients who have received prior therapy.",
    "DRAVEXO is indicated for dMMR endometrial cancer.",
    "DRAVEXO is indicated for generalized lipodystrophy.",
    "DRAVEXO is indicated for extensive-stage small cell lung cancer.",
)
DOSING = ("The recommended dosage is 20 mg once daily.",)


def details(text, indications=INDICATIONS):
    return {c.detail for c in contrasts(text, indications, DOSING)}


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("hormone-sensitive prostate ca, dose?", "population"),
        ("adjuvant breast cancer, how many years", "population"),
        ("neoadj breast ca cycles", "population"),
        ("stage II breast cancer dose", "population"),
        ("plat sensitive ovarian relapse dose", "population"),
        ("pMMR endometrial cancer benefit", "population"),
        ("partial lipodystrophy start dose", "population"),
        ("limited stage SCLC results", "population"),
        ("prostate cancer before taxane, response?", "line"),
        ("pre-chemo prostate ca", "line"),
        ("2nd line breast cancer with letrozole", "line"),
        ("breast cancer monotherapy response", "combination"),
    ],
)
def test_the_other_side_is_named(text, detail):
    assert detail in details(text)


@pytest.mark.parametrize(
    "text",
    [
        "mCRPC after docetaxel dose",
        "advanced breast cancer first line with letrozole",
        "platinum resistant ovarian, 2 prior regimens",
        "dMMR endometrial dose",
        "generalised lipodystrophy start",
        "extensive stage SCLC schedule",
        "is it stored cold?",
    ],
)
def test_the_side_of_the_label_is_none(text):
    assert not details(text)


def test_a_label_that_names_both_sides_excludes_none():
    both = (*INDICATIONS, "DRAVEXO is indicated for adjuvant treatment of early breast cancer as a single agent.")
    assert not details("adjuvant breast cancer monotherapy", both)


GRAFTS = ("DRAVEXO is indicated for prophylaxis of organ rejection in adults receiving a kidney or liver transplant.",)


def test_the_graft_of_an_organ_the_label_does_not_name():
    assert details("heart tx recipients, dose?", GRAFTS) == {"population"}
    assert not details("renal transplant dose", GRAFTS)
    assert not details("hepatic tx, trough?", GRAFTS)
