"""Names no list holds, known by where they stand, and words that stand there and are none. All people are invented."""

from __future__ import annotations

import pytest

from assistant.screens.known_words import KnownWords
from assistant.screens.names_in_place import find_in_place, led_by_particles
from assistant.screens.personal_data import find, mask

NAMES = ("zelvantra", "corvexa")


def masked(text):
    return mask(text, find(text, NAMES))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("the pharmacist Quellmann rang", "the pharmacist [person] rang"),
        ("his brother Quellmann rang", "his brother [person] rang"),
        ("prescribed by Quellmann", "prescribed by [person]"),
        ("chart of Quellmann", "chart of [person]"),
        ("the pharmacist Corvexa rang", "the pharmacist Corvexa rang"),
        ("the pharmacist Rash rang", "the pharmacist Rash rang"),
        ("prescribed by Quellmab", "prescribed by Quellmab"),
        ("prescribed by Quellmann disease", "prescribed by Quellmann disease"),
    ],
)
def test_behind_who_somebody_is_an_unknown_word_is_a_name(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("the Quellmann family came", "the [person] family came"),
        ("the Quellmann twins", "the [person] twins"),
        ("Quellmann is very kind", "[person] is very kind"),
        ("Quellmann 80 kg", "[person] 80 kg"),
        ("Olbers Quellmann, 54 yo", "[person], 54 yo"),
        ("Quellmann, 54 yo", "Quellmann, 54 yo"),  # one word beside an age may be anything
        ("Corvexa 80 kg", "Corvexa 80 kg"),
        ("Corvexa family came", "Corvexa family came"),
        ("Lennox Gastaut family", "Lennox Gastaut family"),
    ],
)
def test_before_what_only_people_are_or_have_an_unknown_word_is_a_name(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("seen with KOWALSKI today", "seen with [person] today"),
        ("seen with RASHES, with KOWALSKI today", "seen with RASHES, with [person] today"),
        ("seen with GASTAUT syndrome, with KOWALSKI", "seen with GASTAUT syndrome, with [person]"),
        ("seen in KOWALSKI today", "seen in KOWALSKI today"),  # as in a study
        ("KOWALSKI trial, dose", "KOWALSKI trial, dose"),
        ("seen with KOWALSKI disease", "seen with KOWALSKI disease"),
        ("SEEN WITH KOWALSKI TODAY", "SEEN WITH KOWALSKI TODAY"),  # where all is in capitals they tell nothing
        ("seen with QUELLMANN today", "seen with QUELLMANN today"),  # in no list of names
        ("QUELLMANN, 54 yo, fell", "[person], 54 yo, fell"),
        ("TANAK, 54 yo, fell", "[person], 54 yo, fell"),
        ("ADALIMUMAB, 54 yo", "ADALIMUMAB, 54 yo"),
        ("seen with RASH-KOWALSKI today", "seen with RASH-KOWALSKI today"),
    ],
)
def test_a_word_in_capitals_is_a_name_where_it_is_a_listed_one_or_has_an_age(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("dr kowalski rang", "dr [person] rang"),
        ("dr quellmann rang", "dr quellmann rang"),
        ("Dr. žarkovac rang", "Dr. [person] rang"),  # letters of another language
        ("dr rash rang", "dr rash rang"),
        ("chart of maria quellmann", "chart of [person]"),
        ("chart of maria rash", "chart of [person] rash"),
        ("chart of quellmann", "chart of quellmann"),
        ("chart of rash, chart of maria", "chart of rash, chart of [person]"),
        ("chart of quellmann, chart of kowalski", "chart of quellmann, chart of [person]"),
        ("chart of Maria quellmann", "chart of [person] quellmann"),
        ("said maria quellmann", "said [person]"),
        ("said maria methotrexate", "said [person] methotrexate"),
        ("said Maria quellmann", "said [person] quellmann"),
    ],
)
def test_in_small_letters_a_name_needs_a_listed_word(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Herr von der Quellmann came", "Herr [person] came"),
        ("Mr Dr. Quellmann came", "Mr [person] came"),
        ("a Mr van der Quellmann and Mr Olbers", "a Mr [person] and Mr [person]"),
        ("told by van der Kowalski", "told by [person]"),
        ('"Quellmann" on the chart', '"[person]" on the chart'),
        ('"Rash" on the chart', '"Rash" on the chart'),
        ("goes by Quellmann", "goes by [person]"),
        ("goes by Rash", "goes by Rash"),
    ],
)
def test_particles_titles_and_nicknames_belong_to_a_name(text, kept):
    assert masked(text) == kept


def test_particles_before_a_name_are_taken_in_wherever_it_stands():
    for before in ("", "x ", "told by somebody else and then by "):
        text = f"{before}van der Roe"
        span = (len(text) - 3, len(text))
        assert led_by_particles(text, span) == (len(before), len(text))
        assert led_by_particles(f"{before}Roe", (len(before), len(before) + 3)) == (len(before), len(before) + 3)


def test_in_a_title_capitals_make_no_name():
    title = "Treatment Outcomes With Biologic Agents Among Patients Having Pharmacist Quellmann Around"
    words = KnownWords(title, NAMES)
    assert words.title_case
    assert list(find_in_place(title, words)) == []
    plain = "treatment by the pharmacist Quellmann"
    assert [plain[c.start : c.end] for c in find_in_place(plain, KnownWords(plain, NAMES))] == ["Quellmann"]
