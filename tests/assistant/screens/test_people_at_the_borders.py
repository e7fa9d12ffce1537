"""The last word that is part of a name and the first that is not. All people are invented."""

from __future__ import annotations

import pytest

from assistant.screens.known_words import KnownWords
from assistant.screens.listed_names import are_names, is_family, is_unknown
from assistant.screens.people import is_given
from assistant.screens.person_names import find_names
from assistant.screens.personal_data import find, mask
from assistant.screens.vocabulary import tokenise

NAMES = ("zelvantra", "corvexa")


def masked(text):
    return mask(text, find(text, NAMES))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        # a row in small letters needs two given names, and none of its words may be known
        ("zorbin, quellma and dreux had it", "zorbin, quellma and dreux had it"),
        ("zorbin, adam and dreux had it", "zorbin, [person] and dreux had it"),
        ("adam, kristina and dreux had it", "[person], [person] and [person] had it"),
        ("adam, kristina and rash had it", "[person], [person] and rash had it"),
        # a row in capitals needs two family names
        ("Wendelmoor, Quellmann, Olbers got it", "Wendelmoor, Quellmann, Olbers got it"),
        ("Kowalski, Quellmann and Tanaka got it", "[person], [person] and [person] got it"),
        ("Kowalski, Rash and Tanaka got it", "Kowalski, Rash and [person] got it"),
    ],
)
def test_a_row_of_words_is_one_of_people_where_enough_of_them_are_names(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("we use Kowalski here", "we use [person] here"),
        ("we use KOWALSKI here", "we use [person] here"),
        ("today kowalski came", "today kowalski came"),
        ("Kowalski disease is rare", "Kowalski disease is rare"),
        ("seen by maria a kowalska", "seen by [person] a kowalska"),  # "a" is no initial
        ("seen by maria k wendelmoor", "seen by [person]"),
        ("seen by maria k. wendelmoor's", "seen by [person]"),
        ("seen by maria k, kowalska", "seen by [person] k, kowalska"),
        ("seen by maria, kowalska", "seen by [person], kowalska"),
        ("told by anna today", "told by [person] today"),
        ("told by ann today", "told by ann today"),  # three letters tell too little
        ("Told by anna", "Told by anna"),  # where capitals are written a name has one
    ],
)
def test_listed_names_count_as_they_are_written(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("seen by maria k quellmann", "seen by [person]"),
        ("seen by maria 4 quellmann", "seen by [person] 4 quellmann"),
        ("seen by maria k quell4", "seen by [person] k quell4"),
        ("seen by maria k rash", "seen by [person] k rash"),
        ("seen by rash k quellmann", "seen by rash k quellmann"),
    ],
)
def test_an_initial_between_a_given_name_and_an_unknown_word_makes_one_name(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("pt Wendelmoor Quellmann fell", "pt [person] fell"),
        ("pt Wendelmoor Quellmann Olbers fell", "pt [person] fell"),
        ("pt Wendelmoor Quellmann Olbers Dreux fell", "pt Wendelmoor Quellmann Olbers Dreux fell"),
        ("pt Wendelmoor Rash fell", "pt Wendelmoor Rash fell"),
        ("pt Wendelmoor ABC fell", "pt Wendelmoor ABC fell"),
        ("pt wendelmoor quellmann", "pt wendelmoor quellmann"),
        ("from Maria", "from [person]"),
        ("about Maria Quellmann", "about [person]"),
        ("patient maria rash", "patient [person] rash"),
        ("named otto quellmann", "named [person]"),
        ("named her quellma", "named her [person]"),
        ("named her Rash", "named her Rash"),
        ("my name is corvexa", "my name is corvexa"),
        ("i am wendelmoor", "i am [person]"),
        ("i'm rash", "i'm rash"),
        ("name: wendelmoor", "name: [person]"),
    ],
)
def test_a_marker_makes_names_of_two_or_three_unknown_words_behind_it(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Nora K. Poe's arm", "[person] arm"),
        ("KORA K. POE stopped", "KORA K. POE stopped"),
        ("told by J. Wendelmoor", "told by [person]"),
        ("JD, 47M, and JD again", "[person], 47M, and JD again"),
        ("pt J.D. fell", "pt [person] fell"),
        ("initials are JD.", "initials are [person]."),
        ("HIV, 47M", "HIV, 47M"),
        ("ab, 47M", "ab, 47M"),
        ("Mr K. came", "Mr [person] came"),
        ("Mr Wendelmoor K. came", "Mr [person] came"),
        ("Mr Tanaka Sr fell", "Mr [person] fell"),
        ("Mr Tanaka IIIa fell", "Mr [person] IIIa fell"),
    ],
)
def test_initials_and_generations_belong_to_a_name(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Otto takes it", "[person] takes it"),
        ("Wendelmoor takes it", "Wendelmoor takes it"),  # so may a hospital
        ("Wendelmoor lives alone", "[person] lives alone"),
        ("Corvexa lives alone", "Corvexa lives alone"),
        ("Wendelmoor's chart", "[person]'s chart"),
        ("can Zorba Rizo take it?", "can [person] take it?"),
        ("can Zorba rizo take it?", "can Zorba rizo take it?"),
        ("can Zorba Rizo Quellmann take it?", "can [person] take it?"),
        ("can Zorba Rizomab take it?", "can Zorba Rizomab take it?"),
        ("can Zor Rizo take it?", "can [person] take it?"),
        ("can Zo Quellmann take it?", "can Zo Quellmann take it?"),
        ("can Zorba Rizo syndrome come back?", "can Zorba Rizo syndrome come back?"),
        ("can Zorba Rizo tablets help?", "can Zorba Rizo tablets help?"),
        ("Wendelmoor Quellmann, 54F", "[person], 54F"),
        ("Wendelmoor quellmann, 54F", "Wendelmoor quellmann, 54F"),
        ("Wendelmoor, 54F", "Wendelmoor, 54F"),
        ("312-555-0147 Wendelmoor Quellmann", "[phone] [person]"),
        ("Dose Wendelmoor Quellmann, 54F", "Dose [person], 54F"),
    ],
)
def test_what_stands_around_a_word_makes_a_name_of_it_or_not(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Harold Jennings Rash CrCl", "[person] Rash CrCl"),
        ("Harold Black CrCl", "[person] CrCl"),  # a plain word is a family name beside a given one
        ("Harold black", "[person] black"),
        ("Rash Harold came", "Rash [person] came"),
        ("Mr O'Wendel came", "Mr [person] came"),
        ("Mr McWendel came", "Mr [person] came"),
        ("Mr Lennox Gastaut", "Mr Lennox Gastaut"),
    ],
)
def test_words_of_medicine_are_cut_off_a_name(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Mrs Wendelmoor fell. wendelmoor's arm", "[person] fell. [person]'s arm"),
        ("Mrs Hope fell: Hope got up", "[person] fell: [person] got up"),
        ("Mr Corvexa fell. Corvexa again", "Mr Corvexa fell. Corvexa again"),
        ("Maria, Rash called", "[person], Rash called"),
        ("Rash, Maria called", "Rash, [person] called"),
        ("Maria and Corvexa", "[person] and Corvexa"),
        ("Maria and Wendelmoor and Quellmann", "[person] and [person] and [person]"),
        ("Wendelmoor & Maria & Quellmann", "[person] & [person] & [person]"),
        ("Wendelmoor or Quellmann", "Wendelmoor or Quellmann"),
    ],
)
def test_a_name_is_found_again_and_what_is_counted_up_with_it(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("between", "is_person"),
    [("", True), (" ", True), (" - ", True), ("    ", True), ("     ", False), (" until ", False)],
)
def test_an_identifier_right_behind_two_capitalised_words_makes_a_person_of_them(between, is_person):
    """Alone they may be substances; four characters may stand between."""
    text = f"seen: Zorbine Quellate{between}445566"
    at = text.index("445566")
    words = KnownWords(text, NAMES)
    assert find_names(text, words, ((at, len(text)),)) == (((6, 22),) if is_person else ())
    assert find_names(text, words, ()) == ()
    assert find_names(text, words, ((0, 4),)) == ()  # before them it tells nothing


def test_words_of_a_span_keep_their_places_in_the_whole_text():
    text = "seen by Maria Quellmann's wife"
    words = KnownWords(text, NAMES)
    tokens = words.within((8, 25))
    assert [text[t.start : t.end] for t in tokens] == ["Maria", "Quellmann's"]
    assert [(t.start, t.end) for t in tokens] == [(8, 13), (14, 25)]
    assert words.within((3, 3)) == ()
    cut = words.within((9, 24))  # a span may end within a word
    assert [(t.written, t.start, t.end) for t in cut] == [("aria", 9, 13), ("Quellmann", 14, 23)]


@pytest.mark.parametrize(
    ("run", "are"),
    [
        ("Wendelmoor", False),
        ("Wendelmoor Quellmann", True),
        ("Wendelmoor Quellmann Olbers", True),
        ("Wendelmoor Quellmann Olbers Dreux", False),
        ("Wendelmoor Rash", False),
        ("Rash Wendelmoor", False),
        ("Wendelmoor ABC", False),
        ("", False),
    ],
)
def test_two_or_three_unknown_words_may_be_a_name(run, are):
    assert are_names(tokenise(run), KnownWords(run, NAMES)) is are


@pytest.mark.parametrize(
    ("word", "family", "unknown"),
    [
        ("Black", True, False),
        ("black", False, False),
        ("Kowalski", True, True),
        ("Maria", True, True),
        ("Quellmann", False, True),
        ("Žarkovac", True, True),  # letters of another language
        ("QUELLMANN", False, False),
        ("Rash", False, False),
        ("Corvexa", False, False),
    ],
)
def test_a_word_may_be_a_family_name_or_a_word_nobody_knows(word, family, unknown):
    (token,) = tokenise(word)
    words = KnownWords(word, NAMES)
    assert (is_family(token, words), is_unknown(token, words)) == (family, unknown)


def test_a_medicine_that_is_called_like_a_rare_given_name_is_no_person():
    assert not is_given("Kadian")
