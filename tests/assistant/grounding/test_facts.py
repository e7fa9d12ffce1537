"""What one sentence states, taken apart: amounts with unit and comparison, negations, names, directions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.grounding import FaultKind
from assistant.grounding.facts import facts, form, is_content, looks_like_a_name, opposites
from assistant.grounding.vocabulary import terms_of, tokens_of


def amounts(sentence):
    return [item.value for item in facts(sentence).of(FaultKind.NUMBER)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Take 1,500 mg.", ["take", "1500", "mg"]),
        ("12.5mg/day", ["12.5", "mg/day"]),
        ("a 5-day course", ["a", "5", "day", "course"]),
        ("don't, can’t", ["do", "n't", "ca", "n't"]),
        ("≥65 years, <= 2", ["≥", "65", "years", "<=", "2"]),
        ("1/2 tablet", ["1/2", "tablet"]),
        (".5 mL", [".5", "ml"]),
        ("6% (of 9)", ["6", "%", "(", "of", "9"]),
        ("half-life", ["half-life"]),
    ],
)
def test_tokens_are_words_numbers_and_signs(text, tokens):
    assert tokens_of(text) == tokens


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Take 40 mg once daily.", ["40 mg"]),
        ("Take 040.50 mg.", ["40.5 mg"]),
        ("Take 0.50 mg or .5 mg.", ["0.5 mg", "0.5 mg"]),
        ("Take 40.0 mg.", ["40 mg"]),
        ("Take 000 of them.", ["0"]),
        ("Take 10 or 20 mg.", ["10 mg", "20 mg"]),
        ("Take 10 to 20 mg.", ["10 mg", "20 mg"]),
        ("Take 10, 15 and 20 mg.", ["10 mg", "15 mg", "20 mg"]),
        ("Take 10 whole 20 mg.", ["10", "20 mg"]),
        ("at least 12 years", ["ge 12 year"]),
        ("less than 5%", ["lt 5 %"]),
        ("< 5%", ["lt 5 %"]),
        ("no more than 5 mg", ["le 5 mg"]),
        ("See Table 3.", ["3 table"]),
        ("nothing at all", []),
    ],
)
def test_amounts_are_read_with_unit_and_comparison(sentence, found):
    assert amounts(sentence) == found


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("Take 40 mg.", "Take 40.0 mg."),
        ("Take 1,000 mg.", "Take 1000 mg."),
        ("Take 0.5 mg.", "Take .50 mg."),
        ("Take 5 mg.", "Take five mg."),
        ("less than 5 mg", "< 5 mg"),
        ("at least 5 mg", "≥ 5 mg"),
        ("Take 10 to 20 mg.", "Take 10 mg to 20 mg."),
        ("5 mg or more", "at least 5 mg"),
    ],
)
def test_one_amount_written_twice_is_the_same(one, same):
    assert amounts(one) == amounts(same) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Take 40 mg.", "Take 4 mg."),
        ("Take 40 mg.", "Take 400 mg."),
        ("Take 40 mg.", "Take 40 mcg."),
        ("Take 0.5 mg.", "Take 5 mg."),
        ("Take 1.05 mg.", "Take 1.5 mg."),
        ("less than 5 mg", "more than 5 mg"),
        ("less than 5 mg", "5 mg"),
        ("5 mg or more", "5 mg"),
        ("Take 10 or 20 mg.", "Take 10 mg or 20 mcg."),
        ("5 days", "5 weeks"),
    ],
)
def test_amounts_that_differ_are_not(one, other):
    assert amounts(one) != amounts(other)


@given(st.decimals(min_value=0, max_value=9999, places=3, allow_nan=False))
def test_zeros_in_front_and_behind_change_no_amount(number):
    plain = amounts(f"Take {number} mg.")
    assert plain == amounts(f"Take 00{number}00 mg.")
    assert [float(item.number) for item in facts(f"Take {number} mg.").of(FaultKind.NUMBER)] == [float(number)]


def test_a_cross_reference_states_nothing():
    plain = facts("Reduce the dose.")
    for reference in ("[see Warnings 5.1]", "(see Table 3)", "(refer to 2.4)"):
        assert facts(f"Reduce the dose {reference}.") == plain
    assert facts("Reduce the dose (5 mg).") != plain


def test_a_negation_is_counted_at_its_place_and_none_in_a_comparison():
    assert facts("Do not crush it.").negations == (1,)
    assert facts("It isn't crushed.").negations == (2,)
    assert facts("no more than 5 mg").negations == ()
    assert len(facts("no more tablets").negations) == 1


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("Take Kormadex with food.", {"kormadex"}),
        ("Take kormatinib with food.", {"kormatinib"}),
        ("In the LUMEN study it fell.", {"lumen"}),
        ("Rash occurred.", set()),
        ("It fell. Rash occurred.", set()),
        ("Take it with 40 MG.", set()),
        ("The CYP3A4 enzyme", {"cyp3a4"}),
    ],
)
def test_names_are_told_by_their_capitals_or_their_stem(sentence, names):
    assert facts(sentence).names == names


@pytest.mark.parametrize(
    ("token", "is_one"),
    [
        ("kormatinib", True),
        ("adalimumab", True),
        ("cyp3a4", True),
        ("nib", False),
        ("40", False),
        ("rash", False),
        ("xnib", False),
    ],
)
def test_a_nonproprietary_name_has_a_stem_behind_two_letters(token, is_one):
    assert looks_like_a_name(token) is is_one


@pytest.mark.parametrize(
    ("token", "is_one"),
    [
        ("rash", True),
        ("the", False),
        ("40", False),
        ("x", False),
        ("<=", False),
        ("%", False),
        ("increase", True),
        ("with", False),
    ],
)
def test_words_that_need_a_source(token, is_one):
    assert is_content(token) is is_one


def test_each_direction_has_its_opposite():
    assert opposites()
    assert all(other in opposites() and other != one for one, other in opposites().items())
    assert form("increases") in opposites()


@pytest.mark.parametrize(("one", "same"), [("tablets", "tablet"), ("5", "5"), ("reactions", "reaction")])
def test_words_are_compared_by_their_stem(one, same):
    assert form(one) == form(same)


def test_who_a_patient_with_something_is_is_told_by_what_follows():
    (said,) = facts("Reduce it in patients with renal impairment today.").qualified
    assert said == {form("renal"), form("impairment")}
    assert facts("Reduce it in patients with asthma").qualified == ({form("asthma")},)
    assert facts("Reduce it in patients with severe lasting asthma").qualified == ({form("severe"), form("lasting")},)
    assert facts("Reduce it in patients with").qualified == ()
    assert facts("Reduce it in patients.").qualified == ()


def test_the_longest_term_at_a_place_is_found():
    terms = terms_of({"daily": ("once a day",), "once": ()})
    assert terms.at(["once", "a", "day"], 0) == ("daily", 3)
    assert terms.at(["once", "a", "week"], 0) == ("once", 1)
    assert terms.at(["daily"], 0) == ("daily", 1)
    assert terms.at(["weekly"], 0) is None
    assert terms_of({"daily": ("qd",)}, with_names=False).at(["daily"], 0) is None


def test_populations_routes_and_frequencies_are_read():
    read = facts("Adults take it orally once daily.")
    assert [bool(read.of(k)) for k in (FaultKind.POPULATION, FaultKind.ROUTE, FaultKind.FREQUENCY)] == [True] * 3
    assert all(0 <= item.start < item.end <= len(read.tokens) for item in read.items)
