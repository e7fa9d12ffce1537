"""Words as they are compared, and terms as they are found: longest first, without overlaps, misspelt or not."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.screens.vocabulary import Vocabulary, known_words, normalise, read_terms, tokenise, vocabulary


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Rash", "rash"),
        ("patient's", "patient"),
        ("patient’s", "patient"),
        ("patients'", "patient"),
        ("allergies", "allergy"),
        ("flies", "fly"),
        ("ties", "tie"),
        ("rashes", "rash"),
        ("itches", "itch"),
        ("boxes", "box"),
        ("masses", "mass"),
        ("axes", "axe"),
        ("doses", "dose"),
        ("labs", "lab"),
        ("gas", "gas"),
        ("mass", "mass"),
        ("virus", "virus"),
        ("uveitis", "uveitis"),
        ("haemorrhage", "hemorrhage"),
        ("oedema", "edema"),
        ("tumours", "tumor"),
        ("flour", "flour"),
        ("four", "four"),
        ("hospitalised", "hospitalized"),
        ("stabilise", "stabilize"),
        ("stabilising", "stabilizing"),
        ("stabilisation", "stabilization"),
        ("raise", "raise"),
        ("wise", "wise"),
    ],
)
def test_a_word_is_compared_in_the_singular_and_in_american_spelling(written, compared):
    assert normalise(written) == compared


def test_words_keep_their_places_and_are_parted_by_hyphens_and_slashes():
    tokens = tokenise("Her GI-bleed/rash_2: patient's Größe, 40")
    assert [t.written for t in tokens] == ["Her", "GI", "bleed", "rash", "2", "patient's", "Größe", "40"]
    assert all("Her GI-bleed/rash_2: patient's Größe, 40"[t.start : t.end] == t.written for t in tokens)
    assert tokens[5].word == "patient"


TERMS = {
    "heart": ("heart failure", "failure", "heart"),
    "lung": ("failure of the lung", "=ARDS", "=Lung Unit"),
    "again": ("failure",),
}


def found(text, terms=None, known=None):
    return [(h.group, h.term, text[h.start : h.end], h.first, h.last) for h in _hits(text, terms or TERMS, known)]


def _hits(text, terms, known):
    return Vocabulary(terms, known).find(tokenise(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("nothing here", []),
        ("acute heart failure now", [("heart", "heart failure", "heart failure", 1, 3)]),
        ("failure of the lung", [("lung", "failure of the lung", "failure of the lung", 0, 4)]),
        ("failure of the liver", [("heart", "failure", "failure", 0, 1)]),
        ("his heart", [("heart", "heart", "heart", 1, 2)]),
        (
            "heart, heart failures",
            [("heart", "heart", "heart", 0, 1), ("heart", "heart failure", "heart failures", 1, 3)],
        ),
        ("Heart-Failure", [("heart", "heart failure", "Heart-Failure", 0, 2)]),
    ],
)
def test_the_longest_term_at_each_place_is_found_once(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "terms"),
    [("ARDS", ["ARDS"]), ("ards", []), ("Ards", []), ("Lung Unit", ["Lung Unit"]), ("lung unit", [])],
)
def test_a_term_marked_as_such_must_match_letter_for_letter(text, terms):
    assert [term for _, term, *_ in found(text)] == terms


def test_a_marked_term_that_does_not_match_leaves_a_shorter_one():
    terms = {"one": ("=HEART Block",), "two": ("heart",)}
    assert [g for g, *_ in found("HEART Block", terms)] == ["one"]
    assert [g for g, *_ in found("heart block", terms)] == ["two"]


def test_a_term_without_words_is_left_out():
    assert found("anything - at all", {"none": ("-", "")}) == []


SICK = {"sick": ("pneumonia", "seizure", "nausea", "fever", "heart attack")}
KNOWN = frozenset({"pneumonic", "seizures", "insure"})


@pytest.mark.parametrize(
    "slip",
    [
        "pneumnia",  # a letter missing
        "pneumonnia",  # one too many
        "pneumomia",  # another one
        "pnuemonia",  # two swapped
        "siezure",
        "nasuea",
    ],
)
def test_one_slip_of_the_pen_in_a_long_word_is_overlooked(slip):
    text = f"had {slip} today"
    ((group, term, *_),) = found(text, SICK, KNOWN)
    assert (group, term in SICK["sick"]) == ("sick", True)
    ((*_, first, last),) = found(text, SICK, KNOWN)
    assert (text.split()[first:last]) == [slip]


@pytest.mark.parametrize(
    "other",
    [
        "pneumonic",  # a word of its own
        "pnumnia",  # two letters missing
        "bneumonia",  # another first letter
        "seizore",  # one letter changed, seven letters long
        "seizur",  # one missing, too
        "feevr",  # swapped, but short
        "pneumoni4",  # a number in it
        "haert attack",  # part of a term of two words
    ],
)
def test_what_may_be_another_word_is_no_misspelling(other):
    assert found(other, SICK, KNOWN) == []


def test_the_number_of_letters_from_which_a_changed_letter_is_overlooked_is_eight():
    assert found("headaxhe", {"a": ("headache",)}, frozenset()) != []
    assert found("seixure", {"a": ("seizure",)}, frozenset()) == []


def test_a_correct_word_is_found_before_a_misspelling_of_another():
    terms = {"a": ("tachycardia",), "b": ("tachycardiac",)}
    assert [g for g, *_ in found("tachycardiac", terms, frozenset())] == ["b"]


def test_without_known_words_nothing_misspelt_is_found():
    assert found("pneumnia", SICK) == []


@given(st.lists(st.sampled_from(["heart", "failure", "of", "the", "lung", "ARDS", "x"]), max_size=9))
def test_terms_found_stand_in_order_without_overlaps(words):
    tokens = tokenise(" ".join(words))
    hits = Vocabulary(TERMS).find(tokens)
    assert all(0 <= h.first < h.last <= len(tokens) for h in hits)
    assert all(one.last <= other.first for one, other in itertools.pairwise(hits))
    assert all((h.start, h.end) == (tokens[h.first].start, tokens[h.last - 1].end) for h in hits)


def test_our_lists_are_read_as_groups_of_terms_without_blanks():
    for name in ("events", "conditions", "everyday", "people"):
        terms = read_terms(name)
        assert terms
        assert all(term and term == term.strip() for group in terms.values() for term in group)


def test_events_alone_are_found_misspelt_and_words_of_our_lists_are_none():
    assert vocabulary("events").find(tokenise("pancreatitiss"))
    assert not vocabulary("medicines").find(tokenise("metothrexate"))
    assert vocabulary("medicines").find(tokenise("methotrexate"))
    assert {normalise("methotrexate"), normalise("diabetes")} <= known_words()
