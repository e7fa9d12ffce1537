"""Values that are critical for anyone are findings; cut-offs, targets and doses are not."""

from __future__ import annotations

import pytest

from assistant.screens.critical_values import has_critical_value

# A value beyond what anyone has without being ill, the value at the limit, and how much there may be between them.
LOW = [("anc", 1.0), ("plt", 50), ("platelets", 50), ("neutrophils", 1.0), ("hb", 7.5), ("hgb", 7.5),
       ("hemoglobin", 7.5), ("potassium", 2.6), ("sodium", 122), ("glucose", 50), ("sats", 88), ("spo2", 88),
       ("lvef", 35), ("gcs", 9)]  # fmt: skip
HIGH = [("ck", 2000), ("cpk", 2000), ("inr", 5), ("potassium", 6.2), ("sodium", 160), ("qtc", 499), ("alt", 250),
        ("ast", 250), ("bili", 6), ("bilirubin", 6), ("lipase", 500), ("glucose", 500), ("ferritin", 10_000),
        ("lactate", 4), ("creatinine", 4), ("prolactin", 100)]  # fmt: skip


@pytest.mark.parametrize(("name", "limit"), LOW)
def test_a_value_below_the_lower_limit_is_critical_and_the_limit_is_not(name, limit):
    assert has_critical_value(f"{name} {limit - 0.1:.1f} this morning")
    assert not has_critical_value(f"{name} {limit} this morning")


@pytest.mark.parametrize(("name", "limit"), HIGH)
def test_a_value_above_the_upper_limit_is_critical_and_the_limit_is_not(name, limit):
    assert has_critical_value(f"{name} {limit + 0.1:.1f} this morning")
    assert not has_critical_value(f"{name} {limit} this morning")


@pytest.mark.parametrize(
    ("text", "critical"),
    [
        ("plt 12", True),
        ("plt 12k", True),
        ("plts 12,000", True),
        ("platelets 49 000", True),
        ("platelets 150", False),
        ("platelets 150k", False),
        ("platelets 150,000", False),
        ("platelets 51,000", False),
        ("platelets 200", False),  # written in thousands
        ("platelets 201", True),  # counted singly
        ("ANC 0.4", True),
        ("ANC 400", True),
        ("ANC 999", True),
        ("ANC 1,000", False),
        ("ANC 2.5", False),
        ("neutrophil count was 300", False),
        ("neutrophils count was 300", True),
        ("Hb dropped to 5.9", True),
        ("hemoglobin level is down to 6", True),
        ("INR came back at 9", True),
        ("QTC: 530", True),
        ("CK 12,500", True),
        ("platelets now down to 12", True),
        ("ANC 0.3 day 9", True),
        ("platelets 12 week 3", True),
    ],
)
def test_counts_are_read_however_they_are_written(text, critical):
    assert has_critical_value(text) is critical


@pytest.mark.parametrize(
    "text",
    [
        "hold if ANC 0.4?",
        "ANC < 0.5",
        "below Hb 7",
        "platelets under 25",
        "INR 9 as cut-off",
        "threshold QTc 530",
        "ALT 9 x ULN",
        "ALT 300-500",
        "glucose 20 days later",
        "sodium 100 h",
        "glucose 20.5 weeks",
        "heptane 5.9",
        "nothing at all",
    ],
)
def test_a_cut_off_a_range_or_a_time_is_no_finding(text):
    assert not has_critical_value(text)


def test_one_critical_value_among_sound_ones_is_enough():
    assert has_critical_value("Hb 12, platelets 250, INR 9, sodium 140")
