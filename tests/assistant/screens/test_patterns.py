"""Folding a pattern changes how fast it is, never what it finds."""

import re

import pytest

from assistant.screens.patterns import Folded, _compile


@pytest.mark.parametrize("text", ["a RASH on Day 3", "rash", "nothing", "İ rash", "ẞ RASH at the end"])
def test_a_folded_pattern_finds_the_same_places(text):
    folded, plain = _compile(r"\brash\b" + "\n" + r"\bday\s*\d+"), re.compile(r"\brash\b|\bday\s*\d+", re.IGNORECASE)
    assert isinstance(folded, Folded)
    assert [m.span() for m in folded.finditer(text)] == [m.span() for m in plain.finditer(text)]
    assert (folded.search(text) is None) == (plain.search(text) is None)
    assert (folded.match(text) is None) == (plain.match(text) is None)


@pytest.mark.parametrize("line", [r"\b(name)\b", r"(?-i:NOW)"])
def test_where_case_or_a_group_may_matter_nothing_is_folded(line):
    assert isinstance(_compile(line), re.Pattern)


def test_capitals_of_a_pattern_are_folded_and_escapes_are_not():
    folded = _compile(r"\bPOD\s*\d+\S")
    assert [m.span() for m in folded.finditer("on pod 3x and POD 44,")] == [(3, 9), (14, 21)]
