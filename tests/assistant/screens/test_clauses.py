"""A message cut into clauses, each with its place and what it is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.screens.clauses import split_clauses


def cut(text):
    return [(clause.text, clause.is_question) for clause in split_clauses(text)]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", []),
        ("  ?! ", []),
        ("my pt had a rash. what now?", [("my pt had a rash.", False), ("what now?", True)]),
        ("what now? my pt had a rash", [("what now?", True), ("my pt had a rash", False)]),
        ("(what is the dose?)", [("(what is the dose?", True)]),
        ("remind me of the dose", [("remind me of the dose", True)]),
        ("pt J, severe impairment: what dose?", [("pt J, severe impairment:", True), ("what dose?", True)]),
        ("pt J: severe impairment.", [("pt J:", False), ("severe impairment.", False)]),
        ("it happened: rash", [("it happened:", False), ("rash", False)]),
        ("note this:", [("note this:", False)]),
    ],
)
def test_each_clause_is_a_question_or_not(text, clauses):
    assert cut(text) == clauses


@given(st.text(alphabet="ab .?!;:\n-,", max_size=40))
def test_clauses_stand_where_they_say_in_order_and_lose_no_word(text):
    clauses = split_clauses(text)
    assert all(text[one.start : one.end] == one.text == one.text.strip() for one in clauses)
    assert all(one.end <= other.start for one, other in pairwise(clauses))
    assert sum(c.isalnum() for one in clauses for c in one.text) == sum(c.isalnum() for c in text)


def test_tokens_of_a_clause_stand_at_their_places_in_it():
    (_, second) = split_clauses("one thing.  my patient fell")
    assert [second.text[t.start : t.end] for t in second.tokens] == ["my", "patient", "fell"]


def one(text):
    (clause,) = split_clauses(text)
    return clause


FRAMES = ("asks_rate", "is_condition", "is_general", "asks_eligibility", "asks_dose", "asks_label")


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("what is the incidence of rash?", {"asks_rate"}),
        ("if a patient develops a rash?", {"is_condition"}),
        ("can I start it in her?", {"asks_eligibility"}),
        ("I can start it in her.", set()),
        ("which dose?", {"asks_dose"}),
        ("what does the label say?", {"asks_label"}),
        ("as the label says.", set()),
        ("she had a rash.", set()),
    ],
)
def test_what_a_clause_asks_is_told_by_its_frame(text, frames):
    clause = one(text)
    assert {name for name in FRAMES if getattr(clause, name)} == frames
