"""What stands where a person's name stood, to the letter. All people are invented."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.screens.personal_data import find, mask
from assistant.types import Finding, FindingKind

NAMES = ("zelvantra", "corvexa")


def masked(text):
    return mask(text, find(text, NAMES))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        # by the lists of names, whatever their case
        ("seen by maria k. kowalska", "seen by [person]"),
        ("maria had a rash", "[person] had a rash"),
        ("nina said so", "[person] said so"),
        ("told by Maria Kowalski yesterday", "told by [person] yesterday"),
        ("Tanaka had a rash", "[person] had a rash"),
        ("we saw Tanaka today", "we saw [person] today"),
        ("Maria Young", "[person]"),
        ("Maria Black, 54", "[person], 54"),
        ("Otto takes it daily", "[person] takes it daily"),
        ("patient maria wendelmoor got it", "patient [person] got it"),
        ("dr smith wendelmoor", "dr [person]"),
        # counted up
        ("Maria, Kowalski and Wendelmoor called", "[person], [person] and [person] called"),
        ("the siblings Kowalski, Wendelmoor and Tanaka got it", "the siblings [person], [person] and [person] got it"),
        ("adam, kristina and ruud had it", "[person], [person] and [person] had it"),
        ("Wendelmoor and Maria fell", "[person] and [person] fell"),
        ("Maria & Otto fell", "[person] & [person] fell"),
        ("ask Maria or Wendelmoor", "ask [person] or [person]"),
        ("Corvexa, Maria, Zelvantra and Otto", "Corvexa, [person], Zelvantra and [person]"),
        # behind a title or another marker
        ("dr. wendelmoor and Mr Tanaka", "dr. wendelmoor and Mr [person]"),
        ("pt Wendelmoor Tanaka had a rash", "pt [person] had a rash"),
        ("call Alba Rizo please", "call [person] please"),
        ("hi Wendelmoor, dose?", "hi [person], dose?"),
        ("regards, Alba Rizo", "regards, [person]"),
        ("this is Wendelmoor Tanaka", "this is [person]"),
        ("my name is wendelmoor", "my name is [person]"),
        ("i'm Wendelmoor", "i'm [person]"),
        ("named him Otto", "named him [person]"),
        ("O'Brien and McDonald asked", "[person] and [person] asked"),
        # by what they do, or by what stands beside
        ("Wendelmoor asked why", "[person] asked why"),
        ("Wendelmoor is worried", "[person] is worried"),
        ("Alba Wendelmoor, 54F", "[person], 54F"),
        ("Alba Wendelmoor (DOB 02/11/1949)", "[person] (DOB [date])"),
        ("MRN 445566\nAnnelore Hartwig", "MRN [mrn]\n[person]"),
        # initials
        ("JD, 47M", "[person], 47M"),
        ("J.D., 47 yo", "[person], 47 yo"),
        ("initials JD", "initials [person]"),
        ("J. Wendelmoor had it", "[person] had it"),
        ("J.R. Wendelmoor had it", "[person] had it"),
        ("Wendelmoor, J. had it", "[person] had it"),
        ("Nora K Poe stopped", "[person] stopped"),
        ("Nora K. Poe stopped", "[person] stopped"),
        # whole, and nothing of medicine with them
        ("Maria-Luise Tanaka had a rash", "[person] had a rash"),
        ("Jean-Luc Wendelmoor asks", "[person] asks"),
        ("Sven van der Wendelmoor stopped", "[person] stopped"),
        ("Harold Jennings CrCl 22", "[person] CrCl 22"),
        ("Harold Jennings Corvexa dose", "[person] Corvexa dose"),
        ("Maria Dose", "[person] Dose"),
        ("Mr Tanaka III, aged 5", "[person], aged 5"),
        # and again
        ("Mrs Wendelmoor fell. Later Wendelmoor got up", "[person] fell. Later [person] got up"),
        ("Mrs Wendelmoor fell. wendelmoor got up", "[person] fell. [person] got up"),
    ],
)
def test_a_name_is_masked_whole_and_nothing_else(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Kowalski disease",
        "Tanaka syndrome in adults",
        "with Lennox Gastaut",
        "Naranjo 6",
        "May takes it",
        "Hope it works",
        "will Grace periods apply",
        "hello there, dose?",
        "Corvexa and Zelvantra fell out of use",
        "regards",
        "Histrelin Implant",
        "Dosing Table",
        "call Corvexa Zelvantra",
        "Mr. Corvexa",
        "IL-6, TNF and CRP, 54F",
        "DRESS, 47M",
        "A. In adults",
    ],
)
def test_words_of_medicine_and_of_every_day_stay(text):
    assert masked(text) == text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Mrs Wendelmoor", "Maria Kowalski", "JD, 47M", "MRN 0048213", "j.roe@clinic.example", "SSN 219-09-9999",
             "corvexa", "CrCl 22", "and", "had a rash.", "93 yo", "312-555-0147", "dose?", "\n"]
        ),
        max_size=7,
    )
)  # fmt: skip
def test_masks_stand_apart_in_order_hide_what_identifies_and_leave_what_medicine_needs(pieces):
    text = " ".join(pieces)
    found = find(text, NAMES)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    said = mask(text, found)
    assert not [word for word in ("Wendelmoor", "Kowalski", "0048213", "j.roe", "219-09", "555-0147") if word in said]
    assert said.count("corvexa") == pieces.count("corvexa")
    assert said.count("CrCl 22") == pieces.count("CrCl 22")
    assert said.count("dose?") == pieces.count("dose?")


def finding(start, end, detail="person", kind=FindingKind.PERSONAL_DATA):
    return Finding(kind=kind, detail=detail, start=start, end=end, found_by="t", confidence=1)


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ((), "abcdef"),
        ((finding(1, 3),), "a[person]def"),
        ((finding(4, 6), finding(0, 2)), "[person]cd[person]"),
        ((finding(0, 3), finding(2, 5)), "[person]def"),  # the first of two that overlap
        ((finding(0, 3), finding(3, 5)), "[person][person]f"),
        ((finding(0, 3, "age"),), "90+def"),
        ((finding(0, 3, kind=FindingKind.MISUSE), finding(3, 4, "mrn")), "abc[mrn]ef"),
    ],
)
def test_each_finding_of_personal_data_is_replaced_once(findings, said):
    assert mask("abcdef", findings) == said


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("10.2.3.4", ["ip"]),
        ("10.2.3.255", ["ip"]),
        ("10.2.3.256", []),
        ("89 yo", []),
        ("90 yo", ["age"]),
        ("x@y.example", ["email"]),
        ("rash photo ada_roe_2.jpg", ["photo"]),
        ("no number, no mark", []),
    ],
)
def test_what_counts_as_an_identifier_is_told_by_its_value(text, details):
    assert [f.detail for f in find(text)] == details


def test_findings_name_their_rule():
    (found,) = find("MRN 0048213")
    assert (found.kind, found.found_by, found.rule) == (FindingKind.PERSONAL_DATA, "personal_data.mrn@1", "")
