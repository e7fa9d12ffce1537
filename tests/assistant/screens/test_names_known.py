"""Which words are names of people, of medicines or of everyday language."""

from __future__ import annotations

from itertools import pairwise

import pytest

from assistant.screens.known_words import KnownWords, eponym_words, everyday_words
from assistant.screens.medicines import find_medicines, generic_of, may_be_name
from assistant.screens.people import fold, is_common_given, is_common_surname, is_given, is_surname
from assistant.screens.vocabulary import tokenise

OURS = ("zelvantra", "zelvantinib", "corvexa forte")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Žilková", "zilkova"),
        ("Møller", "moller"),
        ("Groß", "gross"),
        ("Łukasz", "lukasz"),
        ("O’Brien", "o'brien"),
        ("Anna's", "anna"),
        ("Anna’s", "anna"),
        ("ÆGIR", "aegir"),
        ("Đorđe", "dorde"),
    ],
)
def test_names_are_compared_in_plain_letters(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize("name", ["Maria", "JOHN", "sarah", "Anna's"])
def test_given_names_are_known_however_written(name):
    assert is_given(name)
    assert is_common_given(name)


@pytest.mark.parametrize("word", ["dose", "metformin", "rash", "xqzt", "may", "hope"])
def test_other_words_are_no_given_names(word):
    assert not is_common_given(word)
    assert not is_given(word)


def test_family_names_are_known():
    assert is_common_surname("Smith")
    assert not is_common_surname("Zzyzx")
    assert is_surname("Kowalski")
    assert not is_surname("dose")


def named(text, names=OURS):
    return [(m.name, text[m.start : m.end], m.is_ours) for m in find_medicines(text, names)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("zelvantra dose?", [("zelvantra", "zelvantra", True)]),
        ("Zelvantra with methotrexate", [("zelvantra", "Zelvantra", True), ("methotrexate", "methotrexate", False)]),
        ("is krelumab better?", [("krelumab", "krelumab", False)]),
        ("mab, vir and cept", []),
        ("the concept and victims", []),
        ("an elixir for the victim", []),
        ("accept zelvantinib", [("zelvantinib", "zelvantinib", True)]),
    ],
)
def test_medicines_are_named_by_list_by_stem_or_as_ours(text, found):
    assert named(text) == found


def test_a_medicine_is_ours_only_where_we_hold_it():
    assert [m.is_ours for m in find_medicines("zelvantinib")] == [False]
    assert [m.is_ours for m in find_medicines("methotrexate", ("methotrexate",))] == [True]


def test_medicines_of_several_words_are_found_whole_and_do_not_overlap():
    found = find_medicines("insulin glargine and insulin")
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert found[0].name.startswith("insulin")


def test_the_generic_name_behind_a_brand_is_known_and_an_unknown_name_is_its_own():
    assert generic_of("zelvantra") == "zelvantra"


@pytest.mark.parametrize(
    ("word", "may_be"),
    [
        ("krelanzi", True),
        ("Krelanzi", True),
        ("krelan", True),
        ("krela", False),  # too short
        ("observation", False),
        ("placebo", False),
        ("treating", False),
        ("krelan7", False),
        ("methotrexate", False),  # known, so not one that no list knows
        ("baseline", False),
    ],
)
def test_a_word_may_be_an_unknown_medicine(word, may_be):
    assert may_be_name(word) is may_be


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("methotrexate", True),
        ("rash", True),
        ("Rashes", True),
        ("psoriasis", True),
        ("the", True),
        ("Zelvantra", True),
        ("forte", True),
        ("Maria", False),
        ("Wendelmoor", False),
        ("Lennox", False),  # a name alone, an eponym only beside Gastaut
    ],
)
def test_words_of_medicine_and_of_everyday_language_are_kept(word, kept):
    assert KnownWords("x", OURS).keeps(word) is kept


def test_a_product_is_kept_only_where_it_is_one():
    assert not KnownWords("x", ()).keeps("Zelvantra")


@pytest.mark.parametrize(
    ("word", "is_one"),
    [("methotrexate", True), ("Zelvantra", True), ("the", False), ("Maria", False), ("Wendelmoor", False)],
)
def test_a_word_of_medicine_is_told_from_everyday_language(word, is_one):
    (token,) = tokenise(word)
    assert KnownWords("x", OURS).is_medicine(token) is is_one


def test_everyday_words_are_in_small_letters():
    assert "the" in everyday_words()
    assert all(word == word.lower() for word in everyday_words())


def test_names_that_belong_to_medicine_are_found_whole():
    assert eponym_words(tokenise("Lennox Gastaut")) == {0, 1}
    assert eponym_words(tokenise("in Lennox Gastaut now")) == {1, 2}
    assert eponym_words(tokenise("Maria Wendelmoor")) == frozenset()


TITLE = "Treatment Outcomes With Biologic Agents Among Patients Having Severe Disease"


@pytest.mark.parametrize(
    ("text", "is_title"),
    [
        (TITLE, True),
        (TITLE.lower(), False),
        ("Treatment Outcomes With Biologic Agents Among Patients", False),  # seven words
        ("Treatment Outcomes With Biologic Agents Among Patients Having", True),  # eight
        ("Alpha Bravo Charlie Delta Echoes foxtrot golfing hotels india juliet", False),  # half
        ("Alpha Bravo Charlie Delta Echoes Foxtrot golfing hotels india juliet", False),  # six of ten
        ("Alpha Dosing Charlie Delta Treatment Patients Infusion hotels india juliet", True),
        ("Alpha Bravo Charlie Delta Echoes Foxtrot Golfing hotels india juliet", False),  # they may be names
        ("Alpha Bravo Charlie Delta Echoes Foxtrot Golfing a be see and of by", False),  # short words do not count
    ],
)
def test_a_text_is_in_title_case_where_most_of_its_longer_words_are_capitalised(text, is_title):
    assert KnownWords(text, ()).title_case is is_title
