from __future__ import annotations

import pytest

from assistant.composing.quantities import has_amount, intervals, values


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
    ],
)
def test_a_range_holds_what_lies_in_it(text, inside, outside):
    found = intervals(text)
    assert any(i.holds(inside) for i in found)
    assert not any(i.holds(outside) for i in found)


def test_values_are_read_with_thousands_and_decimals():
    assert values("ANC 1,500 and 0.5 mg/kg") == (1500.0, 0.5)


def test_a_number_needs_a_unit_to_be_an_amount():
    assert has_amount("take 40 mg")
    assert has_amount("in 12% of patients")
    assert not has_amount("see section 12 of the label")
