"""What costs time is read once, what is passed around cannot be changed: every screen of a turn shares both."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

import pytest
from corvexa import label

import assistant.grounding
import assistant.screens
from assistant.grounding.facts import facts, opposites
from assistant.grounding.vocabulary import vocabulary as grounding_vocabulary
from assistant.screens import contrasts, known_words, medicines, people, purposes, restrictions, scope
from assistant.screens.clauses import split_clauses
from assistant.screens.conditions import condition_tree, find_conditions
from assistant.screens.label_uses import read_uses
from assistant.screens.medicines import find_medicines
from assistant.screens.message import ScreenInput
from assistant.screens.misuse_model import misuse_model
from assistant.screens.narrative import own_words
from assistant.screens.patterns import read_patterns
from assistant.screens.told_model import load_told_model
from assistant.screens.vocabulary import known_words as listed_words
from assistant.screens.vocabulary import normalise, read_terms, tokenise, vocabulary
from assistant.types import Scope

MODULES = [
    importlib.import_module(found.name)
    for package in (assistant.screens, assistant.grounding)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]
VALUES = sorted(
    {
        held
        for module in MODULES
        for held in vars(module).values()
        if isinstance(held, type) and dataclasses.is_dataclass(held) and held.__module__ == module.__name__
    },
    key=lambda held: held.__qualname__,
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__qualname__)
def test_no_value_that_screens_share_can_be_changed(value):
    made = object.__new__(value)
    name = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, name, None)


def test_there_are_such_values():
    assert {"Clause", "Told", "Token", "Hit", "LabelUses", "Facts", "Item"} <= {value.__name__ for value in VALUES}


@pytest.mark.parametrize(
    ("read", "of"),
    [
        (read_patterns, ("narrative",)),
        (read_terms, ("events",)),
        (vocabulary, ("events",)),
        (listed_words, ()),
        (condition_tree, ()),
        (misuse_model, ()),
        (load_told_model, ()),
        (known_words.everyday_words, ()),
        (known_words._eponyms, ()),
        (known_words._kept_words, (("zelvantra",),)),
        (people._given, ()),
        (people._common_given, ()),
        (people._surnames, ()),
        (people._common_surnames, ()),
        (split_clauses, ("one thing. and another?",)),
        (own_words, (("zelvantra",),)),
        (normalise, ("Zelvantra's",)),
        (medicines._own_names, (("zelvantra",),)),
        (purposes._common, ()),
        (purposes._no_disease, ()),
        (contrasts.named_diseases, (("Indicated for gout.",),)),
        (contrasts._side, ("partial",)),
        (restrictions.markers, (("Indicated for melanoma with a KRAX mutation.",),)),
        (tokenise, ("gout in renal impairment",)),
        (find_medicines, ("gout on warfarin", ("zelvantra",))),
        (find_conditions, ("gout in renal impairment",)),
        (scope._common_words, ()),
        (facts, ("Take 5 mg.",)),
        (opposites, ()),
        (grounding_vocabulary, ()),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_what_costs_time_is_read_once(read, of):
    assert read(*of) is read(*of)


def test_a_label_s_sentences_are_searched_for_diseases_once():
    uses = read_uses(label())
    assert uses.affirmed is read_uses(label()).affirmed


def test_the_words_of_a_long_text_are_not_kept():
    """A section of a label, not a message: a hundred of them would fill the memory."""
    section = "dose " * 1000
    assert tokenise(section) == tokenise(section)
    assert tokenise(section) is not tokenise(section)


def test_a_message_cannot_be_changed_by_a_screen():
    message = ScreenInput(text="x", scope=Scope(), product_names=())
    with pytest.raises(ValueError, match="frozen"):
        message.text = "y"
