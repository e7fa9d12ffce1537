from __future__ import annotations

import pytest

from assistant.screens.others_use import is_about_contacts, is_about_managing, without_others_use

OWN = {"velzora", "zorvatinib"}


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("pt on probenecid for gout, problem?", "gout"),
        ("takes sertraline for depression; dose?", "depression"),
        ("already on amiodarone 200 mg daily for afib - interaction?", "afib"),
    ],
)
def test_what_another_medicine_is_taken_for_is_blanked_out(text, gone):
    left = without_others_use(text, OWN)
    assert gone not in left
    assert len(left) == len(text)
    assert left.split()[:2] == text.split()[:2]


@pytest.mark.parametrize(
    "text",
    [
        "on velzora for gout?",
        "zorvatinib dose for gout",
        "velzora with methotrexate for psoriasis dose?",
        "add prednisone for asthma?",
        "on methotrexate, can I use it for gout",
    ],
)
def test_what_the_product_may_be_meant_for_stays(text):
    assert without_others_use(text, OWN) == text


@pytest.mark.parametrize("text", ["separate bedroom from kids how long?", "household contacts who are pregnant"])
def test_those_around_a_patient_are_no_patients(text):
    assert is_about_contacts(text)


def test_a_child_to_be_treated_is_a_patient():
    assert not is_about_contacts("dose in a child of 6 who is in contact with flu?")


@pytest.mark.parametrize(
    "text",
    ["after febrile neutropenia: resume at what ANC?", "overdose - IV glucose how long?", "hives from it: treat how"],
)
def test_what_to_do_about_a_reaction_is_no_use_of_the_product(text):
    assert is_about_managing(text)


@pytest.mark.parametrize("text", ["dose for gout?", "start it in colitis?", "IV for migraine"])
def test_a_use_is_no_management(text):
    assert not is_about_managing(text)
