"""Patterns look the same in small and capital letters, wherever the text has letters that change their length."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.screens.patterns import Folded, _compile, read_patterns

GROUPS = [(name, group) for name in ("narrative", "emergency", "scope", "use") for group in read_patterns(name)]
RASH = r"\brash(?:es)?\b"


@given(st.text(alphabet="rRaAsShHeE İß.-", max_size=30))
def test_a_folded_pattern_finds_what_the_plain_one_finds(text):
    folded, plain = Folded(RASH), re.compile(RASH, re.IGNORECASE)
    assert [m.span() for m in folded.finditer(text)] == [m.span() for m in plain.finditer(text)]
    for find in ("search", "match"):
        held, wanted = getattr(folded, find)(text), getattr(plain, find)(text)
        assert (held and held.span()) == (wanted and wanted.span())


@pytest.mark.parametrize("text", ["a RASH", "İ a RASH", "a rash", "İ rashes"])
def test_places_are_those_in_the_text(text):
    assert text[slice(*Folded(RASH).search(text).span())].lower() in ("rash", "rashes")
    assert [text[slice(*m.span())].lower() for m in Folded(RASH).finditer(text)] == [text.split()[-1].lower()]


def test_a_match_begins_at_the_beginning():
    assert Folded(RASH).match("RASH") is not None
    assert Folded(RASH).match("a RASH") is None
    assert Folded(r"İ? ?rash").match("İ RASH") is not None


@pytest.mark.parametrize(("name", "group"), GROUPS, ids="/".join)
def test_case_never_matters_to_a_pattern_of_ours(name, group):
    pattern = read_patterns(name)[group]
    text = "Please call me! Anaphylaxis NOW after Dose 2, my Patient cannot breathe; what is the max dose for gout?"
    assert [m.span() for m in pattern.finditer(text)] == [m.span() for m in pattern.finditer(text.lower())]


def test_escapes_keep_their_meaning_when_letters_are_folded():
    assert _compile(r"no\S").search("NOT") is not None
    assert _compile(r"no\s").search("NOT") is None
    assert _compile(r"NO\W").search("no!") is not None


def test_each_line_is_an_alternative_and_blank_or_marked_lines_are_none():
    pattern = _compile("# not this\none|of\n\n  two\n")
    assert [m.group() for m in pattern.finditer("ONE, of or TWO, not this")] == ["one", "of", "two"]
    assert not pattern.search("")


def test_where_a_group_or_case_matters_the_text_is_kept_as_it_is():
    (found,) = _compile(r"(?P<name>[a-z]+) fell").finditer("Roe FELL")
    assert found.group("name") == "Roe"
    assert _compile(r"(?-i:Roe) fell").search("Roe FELL") is not None
    assert _compile(r"(?-i:Roe) fell").search("roe FELL") is None


def test_a_wrong_line_is_named_alone():
    with pytest.raises(re.error) as wrong:
        _compile("one\n(two\nthree")
    assert wrong.value.pattern == "(two"
