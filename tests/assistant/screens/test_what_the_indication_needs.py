"""What every indication needs - a marker, lines of treatment before, the disease itself - and a question denies."""

from __future__ import annotations

import pytest
from corvexa import label

from assistant.screens.conditions import find_conditions
from assistant.screens.contrasts import contrasts
from assistant.screens.off_label import asks_of_the_unnamed, assess_use
from assistant.screens.restrictions import restrictions

NEEDS = (
    "1.1 Relapsed or Refractory Multiple Myeloma",
    "LUMOTRAN is indicated, in combination with dexamethasone, for myeloma after at least four prior lines of therapy.",
)
WILD = ("LUMOTRAN is indicated for wild-type RAX (defined as wild-type in both KRAX and NRAX) colorectal cancer.",)
CHANGED = ("LUMOTRAN is indicated for melanoma with a BRAX V600E or V600K mutation.",)
LABEL = label()


def sides(text):
    return {c.detail for c in contrasts(text, NEEDS, ())}


def limits(text, indications):
    return {r.detail for r in restrictions(text, indications, (), " ".join(indications).lower())}


@pytest.mark.parametrize("text", ["only 2 prior lines, same dose?", "myeloma after one previous therapy, dose"])
def test_fewer_lines_before_than_the_label_asks_for_are_another_line(text):
    assert sides(text) == {"line"}


@pytest.mark.parametrize(
    "text", ["4 prior lines, dose?", "after five prior therapies", "how many prior lines?", "dose?"]
)
def test_as_many_lines_before_as_the_label_asks_for_are_none(text):
    assert not sides(text)


def test_a_range_of_lines_has_an_end():
    held = ("LUMOTRAN is indicated for ovarian cancer after one to three prior systemic regimens.",)
    assert {c.detail for c in contrasts("ovarian, 5 prior regimens, dose?", held, ())} == {"line"}
    assert not list(contrasts("ovarian, 3 prior regimens, dose?", held, ()))


def test_a_heading_does_not_make_it_a_single_agent():
    assert sides("myeloma, on its own, dose?") == {"combination"}


@pytest.mark.parametrize("text", ["KRAX G12D colon, dose?", "NRAX Q61 dose", "KRAX mutant, dose?"])
def test_a_change_in_what_must_be_unaltered_is_another_population(text):
    assert limits(text, WILD) == {"population"}


@pytest.mark.parametrize(("text", "found"), [("BRAX V600 dose?", set()), ("BRAX V600E dose", set()),
                                             ("BRAX K601E dose", {"population"}), ("NRAX Q61 dose", {"population"}),
                                             ("dose IV Q12H?", set())])  # fmt: skip
def test_a_variant_is_held_against_those_of_the_label(text, found):
    assert limits(text, CHANGED) == found


def test_a_syndrome_is_known_by_what_stands_before_it_where_that_is_no_plain_word():
    assert [h.group for h in find_conditions("a nephrotic kid")] == ["nephrotic"]
    assert not find_conditions("two caps at night")


@pytest.mark.parametrize(
    "text", ["does the label mention gout?", "label position on gout?", "is gout named in the PI?"]
)
def test_what_the_label_says_is_asked_of_the_label(text):
    assert assess_use(text, (), LABEL) is None


def test_a_dose_for_what_the_label_never_names_is_off_label_however_the_label_is_called_on():
    finding = assess_use("per the label, what is the dose for gout?", (), LABEL)
    assert finding is not None
    assert finding.detail == "condition"
    assert asks_of_the_unnamed("is it approved in gout?", LABEL)
    assert not asks_of_the_unnamed("is it approved in RA?", LABEL)
