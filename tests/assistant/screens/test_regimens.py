"""What lies beyond a label's own figures, and what keeps a figure from counting. The label is invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from corvexa import label

from assistant.screens.label_uses import read_uses
from assistant.screens.quantities import amounts, counts, least_weights, most_counts, weights
from assistant.screens.regimens import beyond


def _label(dosing):
    """The invented label with one more sentence on dosing, and a study told of elsewhere."""
    (held,) = label()
    index = next(i for i, s in enumerate(held.document.sections) if s.field == "dosage_and_administration")
    end = held.document.sections[index].end
    text = f"{held.document.text[:end]} {dosing}{held.document.text[end:]}In a study 300 mg was given.\n"
    shift = len(dosing) + 1
    sections = tuple(
        s.model_copy(update={"start": s.start + shift * (i > index), "end": s.end + shift * (i >= index)})
        for i, s in enumerate(held.document.sections)
    )
    more = {"text": text, "sections": sections, "source_sha256": dosing.encode().hex()[:64].ljust(64, "e")}
    return read_uses((held.model_copy(update={"document": held.document.model_copy(update=more)}),))


USES = replace(_label("In children, give 2 mg/kg for up to 6 doses."), least_kilograms=40.0)


def found(text, uses=USES):
    return [(one.detail, text[one.start : one.end]) for one in beyond(text, uses)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("can I give 81 mg?", "81 mg"),
        ("can I give 80 mg?", None),
        ("can I give 0.09 g?", "0.09 g"),
        ("can I give 79,000 mcg?", None),
        ("can I give 3 mg/kg?", "3 mg/kg"),
        ("can I give 2 mg/kg?", None),
        ("can I give 900 units?", None),  # the label counts no units
        ("can I give 100 mg with methotrexate?", None),  # the other one's
        ("risk of 100 mg, can I give it?", None),
        ("is 300 mg right?", None),  # told of elsewhere in the label
        ("is 300 mg daily right?", "300 mg"),
        ("exceed it to 300 mg?", "300 mg"),
        ("was 300 mg daily given in a trial?", None),
        ("can I give 81 mg or 82 mg?", "81 mg"),
    ],
)
def test_an_amount_above_the_highest_of_its_unit_is_beyond_the_label(text, amount):
    told = [words for detail, words in found(text) if detail == "amount"]
    assert told[:1] == ([amount] if amount else [])


@pytest.mark.parametrize(
    ("text", "beyond_it"), [("dose at 39 kg?", True), ("dose at 40 kg?", False), ("she is 39 kg", False)]
)
def test_a_weight_below_the_lowest_is_beyond_the_label(text, beyond_it):
    assert found(text) == ([("weight", "39 kg")] if beyond_it else [])
    assert found(text, _label("Give it.")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("can I give 7 doses?", "7 doses"),
        ("can I give 6 doses?", None),
        ("can I give 6 or 8 doses?", None),
        ("can I give 7-8 doses?", "7-8 doses"),
    ],
)
def test_more_doses_than_the_most_are_beyond_the_label(text, words):
    assert found(text) == ([("duration", words)] if words else [])
    assert found(text, _label("Give it.")) == []


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("weekly instead of every 2 weeks?", True),
        ("weekly and every 2 weeks, which dose?", False),
        ("every 2 weeks, any benefit?", False),
        ("is weekly better?", True),
        ("40 mg weekly?", True),
        ("40 mg q1w?", True),
        ("40 mg, and then weekly?", False),
        ("weekly 40 mg?", True),
        ("risk of 40 mg weekly?", False),
        ("weekly blood counts?", False),
        ("is weekly better with methotrexate?", False),
    ],
)
def test_a_frequency_the_label_does_not_hold_counts_as_a_gain_or_beside_an_amount(text, outside):
    assert [words for detail, words in found(text) if detail == "frequency"] == ([text] if outside else [])


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("go to 1.5 g daily", ["1.5 g"]),
        ("12 mg / kg", ["12 mg / kg"]),
        ("1,200 mg/day", ["1,200 mg"]),
        ("x12.5 mg", ["12.5 mg"]),
        ("5 µg, 5 μg, 5 ug", ["5 µg", "5 μg", "5 ug"]),
        ("2 IU, 3 units, 1 unit", ["2 IU", "3 units", "1 unit"]),
        ("3 mCi", ["3 mCi"]),
        ("40 mgs", []),
    ],
)
def test_amounts_stand_where_they_say(text, spans):
    assert [text[q.start : q.end] for q in amounts(text)] == spans


@pytest.mark.parametrize(
    ("unit", "value"), [("mg", 1.0), ("g", 1000.0), ("gm", 1000.0), ("mcg", 0.001), ("ug", 0.001), ("µg", 0.001)]
)
def test_amounts_of_mass_are_counted_in_milligrams(unit, value):
    ((amount),) = amounts(f"1 {unit} of it")
    assert (amount.value, amount.unit) == (pytest.approx(value), "mg")


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("weighing 40 kg or more", [40]),
        ("weighing 40 kg and above", [40]),
        ("with a body weight of at least 12.5 kg", [12.5]),
        ("body weight ≥ 30 kg", [30]),
        ("weighing less than 40 kg", []),
        ("at least 40 kg of luggage", []),
    ],
)
def test_the_least_weight_of_a_label_sentence(text, least):
    assert list(least_weights(text)) == least


def test_weights_and_counts_stand_where_they_say():
    text = "25 kg or 1,200.5 kgs, 3 mg/kg, 5 kg/m2"
    assert [(w.value, text[w.start : w.end]) for w in weights(text)] == [(25, "25 kg"), (1200.5, "1,200.5 kgs")]
    text = "3 cycles, 2 to 4 total infusions"
    assert [(c.value, text[c.start : c.end]) for c in counts(text)] == [(3, "3 cycles"), (2, "2 to 4 total infusions")]


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("a maximum of 3 cycles", [3]),
        ("up to a total of six infusions", [6]),
        ("not to exceed twelve doses", [12]),
        ("no more than eight courses", [8]),
        ("for a total of five injections", [5]),
        ("3 cycles", []),
        ("up to 3 days", []),
    ],
)
def test_the_most_doses_of_a_label_sentence(text, most):
    assert list(most_counts(text)) == most
