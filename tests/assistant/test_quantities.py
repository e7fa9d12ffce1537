from __future__ import annotations

import pytest

from assistant.composing.kinds import kinds_asked, kinds_stated
from assistant.composing.quantities import Value, asked_values, has_amount, intervals, values


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("15–30", 22, 40),
        ("15 to 30 mL/min", 15, 14),
        ("Below 15", 10, 16),
        ("≥ 60", 75, 59),
        ("65 years or older", 80, 64),
        ("less than 1,500/mm3", 1200, 1600),
        ("30 to < 60", 45, 61),
        ("Above 3 to 5 times ULN", 4, 6),
        ("Greater than 7 kg to 10 kg | 2.5", 9, 12),
        ("20 kg to less than 40 kg", 30, 12),
    ],
)
def test_a_range_holds_what_lies_in_it(text, inside, outside):
    found = intervals(text)
    assert any(i.holds(Value(inside)) for i in found)
    assert not any(i.holds(Value(outside)) for i in found)


def test_values_are_read_with_thousands_and_decimals():
    assert values("ANC 1,500 and 0.5 mg/kg") == (1500.0, 0.5)


def test_a_number_needs_a_unit_to_be_an_amount():
    assert has_amount("take 40 mg")
    assert has_amount("in 12% of patients")
    assert not has_amount("see section 12 of the label")


@pytest.mark.parametrize(
    ("question", "label", "held"),
    [
        ("CrCl 25 mL/min", "CLcr 15–30 mL/min", True),
        ("CrCl 25", "CLcr 15–30 mL/min", True),
        ("effusion at 5 yrs", "up to 8 weeks", False),
        ("rate at 5 years", "5 to 17 years of age", True),
        ("all 3 drugs with doses", "up to 4 weeks", False),
        ("1L treatment", "less than 1%", False),
        ("patient of 45 kg", "less than 50 kg", True),
        ("patient of 45 kg", "less than 50 mg", False),
    ],
)
def test_a_number_is_held_only_against_a_range_of_the_same_thing(question, label, held):
    assert any(i.holds(v) for i in intervals(label) for v in asked_values(question)) is held


def test_a_strength_or_a_blood_pressure_is_no_value():
    assert asked_values("9 kg baby, how many mL of the 25/5?") == (Value(9, "weight"),)


@pytest.mark.parametrize(
    ("question", "kind", "states", "does_not"),
    [
        ("opened bottle: how many days?", "time", "Use within 30 days.", "Protect from light."),
        ("rash rate vs pbo", "share", "Rash | 12 | (4.1)", "Rash may be severe."),
        ("ceiling?", "most", "Do not exceed 40 mg.", "Take 40 mg daily."),
        ("fridge?", "temperature", "Store at 20°C.", "Store in the carton."),
        ("starting dose", "first", "Initiate at 5 mg.", "Give 5 mg."),
    ],
)
def test_a_sentence_may_state_the_kind_of_quantity_that_is_asked_for(question, kind, states, does_not):
    assert kind in kinds_asked(question)
    assert kind in kinds_stated(states)
    assert kind not in kinds_stated(does_not)
