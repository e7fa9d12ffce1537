"""Which approved disease covers which asked one, on a table made here and on ours."""

from __future__ import annotations

import pytest

from assistant.screens import conditions
from assistant.screens.conditions import (
    Tree,
    condition_names,
    condition_tree,
    find_conditions,
    is_comorbidity,
    is_covered,
)
from assistant.screens.vocabulary import Vocabulary

NAMES = {"arthritis": ("arthritis",), "ra": ("RA",), "early_ra": ("early RA",), "jia": ("JIA",), "gout": ("gout",)}
# Rheumatoid arthritis belongs to arthritis, and a label for arthritis covers it; juvenile arthritis only belongs.
MADE = Tree(
    Vocabulary(NAMES),
    NAMES,
    {"ra": "arthritis", "early_ra": "ra", "jia": "arthritis"},
    frozenset({"ra", "early_ra"}),
)


@pytest.fixture
def made(monkeypatch):
    monkeypatch.setattr(conditions, "condition_tree", lambda: MADE)


@pytest.mark.parametrize(
    ("asked", "approved", "covered"),
    [
        ("ra", ("ra",), True),
        ("ra", ("gout", "ra"), True),
        ("ra", (), False),
        ("ra", ("gout",), False),
        ("ra", ("arthritis",), True),  # what is said of all holds for one
        ("early_ra", ("arthritis",), True),
        ("jia", ("arthritis",), False),  # but not where a label has to say so
        ("arthritis", ("ra",), True),  # who asks of all may mean the approved one
        ("arthritis", ("early_ra",), True),
        ("arthritis", ("gout",), False),
        ("gout", ("arthritis",), False),
        ("jia", ("ra",), False),
    ],
)
def test_an_approved_disease_covers_what_it_is_part_of_and_what_inherits_from_it(made, asked, approved, covered):
    assert is_covered(asked, approved) is covered


def test_parents_come_from_near_to_far_and_a_circle_ends():
    assert MADE.ancestors("early_ra") == ("ra", "arthritis")
    assert MADE.ancestors("gout") == ()
    circle = Tree(Vocabulary({}), {}, {"a": "b", "b": "a"}, frozenset())
    assert circle.ancestors("a") == ("b", "a")


def test_our_table_hangs_together():
    tree = condition_tree()
    assert tree.parent
    assert set(tree.parent) | set(tree.parent.values()) <= set(tree.names)
    assert tree.inherits
    assert tree.inherits <= set(tree.parent)
    assert set(tree.parent) - tree.inherits
    assert not [name for name in tree.names if "<" in name or "~" in name]


def test_names_of_a_condition_are_words_to_look_for():
    assert all(not name.startswith("=") for group in condition_tree().names for name in condition_names(group))
    assert "gout" in condition_names("gout")


def test_conditions_are_found_at_their_places():
    text = "pt with rheumatoid arthritis and gout"
    assert [text[h.start : h.end] for h in find_conditions(text)] == ["rheumatoid arthritis", "gout"]


def test_a_circumstance_is_told_by_its_name():
    assert is_comorbidity("co.renal")
    assert not is_comorbidity("copd")
    assert not is_comorbidity("gout")
