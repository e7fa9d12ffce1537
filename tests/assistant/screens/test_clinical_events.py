"""How much the events of a clause weigh: more for harm itself, less for what is treated, over, or laid to another."""

from __future__ import annotations

import pytest

from assistant.screens.clauses import split_clauses
from assistant.screens.clinical_events import event_weight, is_clinical_word, names_event

OURS = ("zelvantra",)


def weight(text, own=OURS):
    (clause,) = split_clauses(text)
    return event_weight(clause, own)


@pytest.mark.parametrize(
    "text",
    [
        "she had hives",
        "he died",
        "she was hospitalized",
        "pneumonitis on day 9",
        "he had no appetite",
        "Hgb 5.9",
        "ALT 9x ULN",
    ],
)
def test_harm_weighs_something(text):
    assert weight(text) > 0


@pytest.mark.parametrize(
    "text", ["", "she is well", "no rash", "denies hives", "without any hives", "dose of it", "normal"]
)
def test_what_is_denied_or_no_harm_weighs_nothing(text):
    assert (weight(text) if text else 0) == 0


@pytest.mark.parametrize(
    ("heavier", "lighter"),
    [
        ("she had hives", "she has psoriasis"),
        ("she had hives", "she was hospitalized"),
        ("she had hives and pneumonitis", "she had hives"),
        ("she had hives, pneumonitis and a seizure", "she had hives and pneumonitis"),
        ("hives on zelvantra", "hives on Monday"),
        ("hives from the infusion", "hives from the garden"),
        ("hives", "history of hives"),
        ("hives", "hives in 2019"),
        ("pneumonitis", "treated for pneumonitis"),
        ("anaphylaxis to zelvantra", "anaphylaxis to penicillin"),
        ("colitis after methotrexate", "colitis after lunch"),
        ("Hgb 5.9", "Hgb 9.9"),
        ("admitted for pneumonitis", "taking it for pneumonitis"),
    ],
)
def test_what_speaks_for_harm_by_the_medicine_weighs_more(heavier, lighter):
    assert weight(heavier) > weight(lighter)


def test_a_third_event_and_more_add_no_more():
    three = "hives, pneumonitis and a seizure"
    assert weight(f"{three}, colitis") == pytest.approx(weight(three))
    assert weight(f"{three}, colitis, vomiting, uveitis") == pytest.approx(weight(three))


def test_each_further_event_adds_the_same_and_less_than_the_first():
    one, two, three = weight("hives"), weight("hives and uveitis"), weight("hives and uveitis and colitis")
    assert 0 < two - one == pytest.approx(three - two)
    assert two - one < one / 2


def test_the_heaviest_event_leads_wherever_it_stands():
    assert weight("hives and uveitis") == pytest.approx(weight("uveitis and hives"))


def test_a_denied_event_adds_nothing_to_another():
    assert weight("hives, no uveitis") == pytest.approx(weight("hives"))


def test_our_own_product_is_a_suspect_only_where_it_is_ours():
    assert weight("hives on zelvantra", OURS) > weight("hives on zelvantra", ())


@pytest.mark.parametrize("suspect", ["it", "the infusion", "this combo", "her 3rd injection"])
def test_a_word_for_the_medicine_is_a_suspect_too(suspect):
    assert weight(f"hives after {suspect}") > weight("hives after swimming")


@pytest.mark.parametrize("link", ["to", "from", "on", "with", "after", "post", "following", "flared after"])
def test_an_event_is_laid_to_the_medicine_by_the_word_between(link):
    assert weight(f"uveitis {link} zelvantra") > weight("uveitis and zelvantra")


def test_words_far_behind_an_event_lay_it_to_nothing():
    assert weight("hives on her arms and legs and then zelvantra") == pytest.approx(
        weight("hives on her arms and legs")
    )


@pytest.mark.parametrize("group", ["smoking", "transplant", "contraception", "chronic kidney disease"])
def test_circumstances_and_procedures_are_no_events(group):
    assert not names_event(split_clauses(f"she had {group}")[0])


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("uveitis", True),
        ("neutropenia", True),
        ("cholesteatoma", True),
        ("hepatotoxicity", True),
        ("dialysis", False),
        ("analysis", False),
        ("diploma", False),
        ("normoglycemia", False),
        ("itis", False),
        ("dose", False),
        ("", False),
    ],
)
def test_a_word_is_clinical_by_its_ending(word, is_one):
    assert is_clinical_word(word) is is_one


@pytest.mark.parametrize(
    ("text", "named"),
    [("she had hives", True), ("she threw up", True), ("Hgb 5.9", False), ("no hives", False), ("she is well", False)],
)
def test_an_event_is_named_in_words_not_by_a_value(text, named):
    assert names_event(split_clauses(text)[0]) is named


def test_a_word_formed_like_a_finding_is_laid_to_the_medicine_like_a_listed_one():
    assert weight("cholesteatoma on zelvantra") > weight("cholesteatoma on Monday")
