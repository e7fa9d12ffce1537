"""Amounts, weights and numbers of doses, in units that can be compared."""

import pytest

from assistant.screens.quantities import amounts, counts, least_weights, most_counts, weights


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("go to 1.5 g daily", [(1500.0, "mg")]),
        ("300 mcg inhaled", [(0.3, "mg")]),
        ("12 mg/kg or 60 mg / m2", [(12.0, "mg/kg"), (60.0, "mg/m2")]),
        ("1,200 mg/day", [(1200.0, "mg")]),
        ("10,000 units then 7.4 GBq", [(10000.0, "unit"), (7.4, "gbq")]),
        ("trough 5 mg/L, 20 mg/mL vial, 40 mg/h", []),
        ("5 grams of trust", []),
    ],
)
def test_amounts_are_read_with_what_they_are_counted_by(text, found):
    assert [(q.value, q.unit) for q in amounts(text)] == found


def test_weights_of_patients_and_of_labels():
    assert [w.value for w in weights("kid of 25 kg, 3 mg/kg")] == [25.0]
    assert list(least_weights("in children who weigh greater than or equal to 60 kg")) == [60.0]
    assert list(least_weights("weighing 40 kg or more")) == [40.0]


def test_numbers_of_doses():
    assert [c.value for c in counts("8 or 10 doses in responders")] == [8.0]
    assert list(most_counts("every 6 weeks for up to 6 doses")) == [6.0]
    assert list(most_counts("no more than four cycles")) == [4.0]
