"""Which side of a disease, a line or a combination a question takes, where the label just holds it or just not."""

from __future__ import annotations

import pytest
from kormadex import approved

from assistant.screens.contrasts import contrasts
from assistant.screens.label_uses import read_uses


def sides(text, *indications, dosing=()):
    return [(one.detail, text[one.start : one.end]) for one in contrasts(text, indications, dosing)]


AFTER = "Indicated for multiple myeloma after two prior therapies."
FIRST = "Indicated for first-line treatment of multiple myeloma."
NEW = "Indicated for newly diagnosed multiple myeloma after surgery."
ASTHMA = "Indicated for asthma."


@pytest.mark.parametrize(
    ("text", "held", "outside"),
    [
        ("first-line myeloma?", (AFTER,), ["first-line"]),
        ("first-line myeloma?", (AFTER, FIRST), []),
        ("first-line myeloma?", (NEW,), []),  # it names both, so it takes the first
        ("second-line myeloma?", (FIRST,), ["second-line"]),
        ("second-line myeloma?", (FIRST, AFTER), []),
        ("second-line myeloma?", (AFTER,), []),
        ("second-line myeloma?", (NEW,), []),
        ("first-line or second-line myeloma?", (AFTER,), []),  # both are asked about
        ("second-line myeloma?", (), []),
        ("asthma first-line?", (AFTER, ASTHMA), []),  # what the label says of another disease
        ("first-line?", (AFTER, "Indicated for asthma after prior therapy."), ["first-line"]),
    ],
)
def test_a_line_is_outside_where_every_indication_for_the_disease_takes_another(text, held, outside):
    assert sides(text, *held) == [("line", words) for words in outside]


COMBINED = "Indicated in combination with letrozole for breast cancer."
PLAIN = "Indicated for breast cancer."


@pytest.mark.parametrize(
    ("text", "held", "dosing", "outside"),
    [
        ("breast cancer monotherapy?", (COMBINED,), (), True),
        ("breast cancer monotherapy?", (COMBINED, PLAIN), (), False),
        ("breast cancer monotherapy?", (PLAIN,), (), False),
        ("breast cancer?", (COMBINED,), (), False),
        ("monotherapy?", (), (), False),
        ("breast cancer monotherapy?", (COMBINED,), ("As monotherapy take 5 mg.",), False),
    ],
)
def test_alone_is_outside_where_every_indication_combines(text, held, dosing, outside):
    assert sides(text, *held, dosing=dosing) == [("combination", "monotherapy")] * outside


@pytest.mark.parametrize(
    ("text", "held", "outside"),
    [
        ("heart transplant, dose?", "Indicated for kidney transplant.", ["heart transplant"]),
        ("heart transplant, dose?", "Indicated for kidney disease.", []),  # the label speaks of no graft
        ("heart transplant, dose?", "Indicated for transplant.", []),  # nor of an organ
        ("kidney transplant?", "Indicated for kidney transplant.", []),
        ("heart or liver transplant", "Indicated for kidney transplant.", ["liver transplant"]),
    ],
)
def test_a_graft_is_outside_where_the_label_names_that_of_another_organ(text, held, outside):
    assert sides(text, held) == [("population", words) for words in outside]


def test_a_side_the_dosing_names_counts_as_the_labels():
    assert sides("partial tics", dosing=("In generalized tics, take 5 mg.",)) == [("population", "partial tics")]
    assert sides("partial tics", "Indicated for generalized tics.", dosing=("In partial tics, take 5 mg.",)) == []


YOUNG = "Pediatric patients aged 12 years and older may take it."
UNBORN = "Infants exposed in utero aged 2 weeks and older were well."


@pytest.mark.parametrize(
    ("sections", "age"),
    [
        ((("pregnancy", UNBORN), ("pediatric_use", YOUNG)), 12),
        ((("pediatric_use", YOUNG), ("pregnancy", UNBORN)), 12),
        ((("use_in_specific_populations", "8 Use.", UNBORN, "pregnancy"),), None),  # up to the end of the section
        ((("use_in_specific_populations", "8 Use.", UNBORN, "pediatric_use"),), 2 / 52),
        ((("use_in_specific_populations", YOUNG, UNBORN, "lactation", "No more."),), 12),
    ],
)
def test_what_is_said_of_pregnancy_and_milk_is_cut_out_of_the_text_on_the_young(sections, age):
    assert read_uses([approved(*sections)]).youngest == age


LINES = "Indicated for treatment of multiple myeloma after at least two prior therapies."
FEW = "Indicated for treatment of multiple myeloma after one to three prior therapies."


@pytest.mark.parametrize(
    ("text", "held", "outside"),
    [
        ("after one prior therapy?", (LINES,), True),
        ("after 2 prior therapies?", (LINES,), False),
        ("after 9 prior therapies?", (LINES,), False),
        ("after one prior therapy?", (FEW,), False),
        ("after three prior therapies?", (FEW,), False),
        ("after four prior therapies?", (FEW,), True),
        ("after one prior therapy?", (LINES, FEW), False),  # one indication takes it
        ("after one prior therapy?", (LINES, "Indicated for treatment of multiple myeloma."), False),
        ("after prior therapy?", (LINES,), False),
    ],
)
def test_so_many_lines_before_are_outside_where_every_indication_asks_for_more_or_fewer(text, held, outside):
    assert [detail for detail, _ in sides(f"myeloma {text}", *held)] == ["line"] * outside
