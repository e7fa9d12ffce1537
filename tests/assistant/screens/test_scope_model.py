"""Subjects that no list knows: heard by a fitted line, held back by any word of medicine."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.adapters.reader import MiniLMReader
from assistant.screens.message import ScreenInput
from assistant.screens.scope import ScopeScreen
from assistant.screens.scope_model import OPEN, SCOPED, ScopeModel
from assistant.types import FindingKind, Scope


@pytest.fixture(scope="module")
def screen():
    return ScopeScreen(MiniLMReader())


def is_elsewhere(screen, text, product=None):
    message = ScreenInput(text=text, scope=Scope(product=product), product_names=("zelvorin",))
    return any(f.kind is FindingKind.OUT_OF_SCOPE for f in screen.look(message))


@pytest.mark.parametrize(
    "text",
    ["will it rain in lisbon on sunday?", "my bike chain keeps slipping, how do i fix it", "name a good crime novel"],
)
def test_another_subject_is_heard_in_words_no_list_knows(screen, text):
    assert is_elsewhere(screen, text)


@pytest.mark.parametrize(
    "text",
    [
        "how long once opened?",
        "max per day?",
        "and if she weighs 30 kg?",
        "what do the tablets look like",
        "can it travel in hand luggage, zelvorin?",
        "rain of rash all over, zelvorin on sunday",
    ],
)
def test_terse_questions_and_words_of_medicine_stay(screen, text):
    assert not is_elsewhere(screen, text, product="Zelvorin")


def test_without_an_encoder_the_lists_stand_alone():
    assert is_elsewhere(ScopeScreen(), "when does the firm report q3 and who runs it now")


def test_where_a_product_is_in_view_more_is_asked_for():
    model = ScopeModel(np.array([1.0], dtype=np.float32), 0.0)
    between = np.array([(OPEN + SCOPED) / 2], dtype=np.float32)
    assert model.is_elsewhere(between, scoped=False)
    assert not model.is_elsewhere(between, scoped=True)


def test_a_file_of_another_form_is_named(tmp_path):
    broken = tmp_path / "line.npz"
    broken.write_bytes(b"no model")
    with pytest.raises(ValueError, match=r"line\.npz: not a scope model"):
        ScopeModel.load(broken)


@pytest.mark.parametrize("text", ["what if she takes both with dinner", "and when relative to breakfast"])
def test_a_meal_it_is_taken_with_is_no_other_subject(screen, text):
    assert not is_elsewhere(screen, text)


@pytest.mark.parametrize("text", ["book a table for dinner", "best breakfast near the station"])
def test_a_meal_alone_is(screen, text):
    assert is_elsewhere(screen, text)


def test_an_age_or_a_weight_is_of_medicine(screen):
    assert not is_elsewhere(screen, "13 yo, the harbour one - weight based or flat?")


def test_our_own_name_of_two_words_is_of_medicine(screen):
    message = ScreenInput(
        text="What other information should I know about Baltic Salt ?",
        scope=Scope(product="Baltine"),
        product_names=("baltine", "baltic salt"),
    )
    assert not screen.look(message)
