"""A tumor is known by its organ where a marker or a line of treatment stands beside it, and only there."""

from __future__ import annotations

import pytest
from corvexa import label

from assistant.screens.conditions import find_conditions
from assistant.screens.off_label import assess_use


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("HER2+ gastric, 3L. dose?", "gastric"),
        ("2L ovarian", "ovarian"),
        ("KRAS G12C pancreatic, dose", "pancreatic_cancer"),
        ("metastatic pancreatic", "pancreatic_cancer"),
        ("lung G12C but swallowing is poor", "lung_cancer"),
        ("EGFR ex20 lung", "lung_cancer"),
        ("HR+ breast, adjuvant", "breast_cancer"),
        ("colon third-line", "colorectal"),
    ],
)
def test_an_organ_beside_a_marker_or_a_line_is_its_tumor(text, group):
    assert [hit.group for hit in find_conditions(text)] == [group]


@pytest.mark.parametrize(
    "text",
    [
        "advanced lung disease",
        "recurrent bladder infections",
        "breast feeding",
        "gastric emptying",
        "metastatic liver lesions",
        "BREAST exam",
        "pancreatic enzymes",
    ],
)
def test_an_organ_alone_or_before_another_noun_is_none(text):
    assert not [hit for hit in find_conditions(text) if hit.term.lower() in {"lung", "bladder", "breast", "pancreatic"}]


def test_where_it_stands_is_told():
    (hit,) = find_conditions("schedule in PD-L1 high gastric?")
    assert (hit.start, hit.end) == (23, 30)


def test_a_named_disease_is_not_named_twice():
    assert [hit.term for hit in find_conditions("HER2+ breast cancer")] == ["HER2+ breast cancer"]


def test_asked_for_outside_the_label_it_is_off_label():
    found = assess_use("corvexa in 2L ovarian, dose?", (), label())
    assert found is not None
    assert found.detail == "condition"
