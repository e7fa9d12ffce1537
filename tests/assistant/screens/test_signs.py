"""What the rules saw, in the numbers and the order that the model of reports was fitted to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from assistant.screens.narrative import CUES, Told, frame_weight, read_cues
from assistant.screens.patterns import read_patterns
from assistant.screens.safety import WEIGHED, read_by_rules
from assistant.screens.signs import Read, signs
from assistant.types import SafetyKind

WEAK = tuple(read_patterns("weak"))
FRAMES = ("events", "notable", "condition", "general", "rate", "dose", "label")


@dataclass(frozen=True)
class Half:
    """The signs of all that is told, or of all that is asked."""

    said: float
    words: float
    cues: dict[str, float]
    frames: dict[str, float]
    weak: dict[str, float]


def halves(text, own=("zelvantra",)):
    numbers = signs(read_by_rules(text, own), WEIGHED)
    rest = numbers[len(WEIGHED) :].tolist()
    size = 2 + len(CUES) + len(FRAMES) + len(WEAK)
    assert len(rest) == 2 * size
    return tuple(_half(rest[at : at + size]) for at in (0, size))


def _half(numbers):
    said, words, *rest = numbers
    cues, rest = dict(zip(CUES, rest, strict=False)), rest[len(CUES) :]
    frames, weak = dict(zip(FRAMES, rest, strict=False)), rest[len(FRAMES) :]
    return Half(said, words, cues, frames, dict(zip(WEAK, weak, strict=True)))


def named(of):
    return {name for name, value in of.items() if value}


def test_how_much_is_told_and_how_much_is_asked_is_counted_in_words():
    told, asked = halves("my patient fell. why did she do that?")
    assert (told.said, asked.said) == (1, 1)
    assert told.words == pytest.approx(math.log1p(3) / 3)
    assert asked.words == pytest.approx(math.log1p(5) / 3)


def test_words_of_several_clauses_are_counted_together():
    told, asked = halves("my patient fell. she got up.")
    assert told.words == pytest.approx(math.log1p(6) / 3)
    assert (asked.said, asked.words) == (0, 0)


def test_cues_of_the_clauses_told_stand_together_and_those_asked_apart():
    told, asked = halves("my patient came. it was zelvantra. was that yesterday?")
    assert named(told.cues) == {"patient", "someone", "exposure"}
    assert named(asked.cues) == {"time"}
    assert set(told.cues.values()) <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("what is the incidence of it?", {"rate"}),
        ("if it comes back?", {"condition"}),
        ("which dose?", {"dose"}),
        ("can I start it in her?", {"dose"}),
        ("what does the label say?", {"label"}),
        ("is it stored cold?", set()),
    ],
)
def test_what_is_asked_is_told_by_its_frame(text, frames):
    told, asked = halves(text)
    assert named(asked.frames) == frames
    assert named(told.frames) == set()


def test_patients_at_large_are_a_frame_of_what_is_told():
    told, asked = halves("in patients with a cold it is given.")
    assert (named(told.frames), named(asked.frames)) == ({"general"}, set())


def test_the_heaviest_event_is_heard_and_whether_it_is_notable():
    told, _ = halves("she had hives.")
    assert (told.frames["events"], told.frames["notable"]) == (pytest.approx(0.9), 1)
    care, _ = halves("she was admitted.")
    assert 0 < care.frames["events"] < 0.6
    assert care.frames["notable"] == 0
    formed, _ = halves("cholesteatoma.")
    assert (formed.frames["events"], formed.frames["notable"]) == (pytest.approx(0.6), 0)  # notable is above it
    both, _ = halves("she was admitted. she had hives.")
    assert both.frames["events"] == told.frames["events"]


def test_our_product_makes_an_event_heavier_in_the_signs_too():
    assert halves("hives on zelvantra.")[0].frames["events"] > halves("hives on zelvantra.", ())[0].frames["events"]


def test_a_message_without_a_word_has_signs_of_nothing():
    numbers = signs(read_by_rules("", ()), WEIGHED)
    assert numbers[: len(WEIGHED)].tolist() == [-1.0] * len(WEIGHED)  # as little as a rule can weigh
    assert not numbers[len(WEIGHED) :].any()
    assert numbers.dtype == np.float32


def weighing(*weights):
    cued = read_cues("she had hives")
    clause = cued[0].clause
    told = tuple((SafetyKind.OVERDOSE, Told(clause, weight)) for weight in weights)
    return signs(Read(cued, told, ()), (SafetyKind.ADVERSE_EVENT, SafetyKind.OVERDOSE))[:2].tolist()


@pytest.mark.parametrize(
    ("weights", "heard"),
    [((), -1), ((-4,), -1), ((-0.5,), -0.5), ((0.25, 2.5, 1), 2.5), ((3,), 3), ((3.5,), 3), ((9, 1), 3)],
)
def test_the_heaviest_weight_of_a_kind_is_heard_within_bounds(weights, heard):
    assert weighing(*weights) == [-1, heard]


def test_what_speaks_against_a_report_most_is_that_a_rate_is_asked_and_least_that_the_label_is():
    def against(text):
        (one,) = read_cues(text)
        return -frame_weight(one.clause)

    question, label = against("what happened?"), against("does the label say it?") - against("what happened?")
    dose, general = against("which dose?") - question, against("patients in general had it")
    condition, rate = against("if she develops it"), against("the incidence of it")
    assert 0 < label < question == dose < general < condition < rate
    assert question + dose < general
    assert rate > 2  # no story outweighs it by a patient, a time and an onset
