from __future__ import annotations

import labels
import pytest

from assistant.composing.complete import Excerpt, with_cases
from assistant.composing.dependence import bound_to, hangs_on_previous, limits_previous, other_cases
from assistant.composing.reading import read


def reading_of(*sentences, items=()):
    label = labels.LabelBuilder()
    label.section("drug_interactions", "DRUG INTERACTIONS", "7")
    label.paragraph(*sentences)
    if items:
        label.bullets("Before the first dose:", *items)
    return read(labels.approved(label.build()))


@pytest.mark.parametrize(
    "sentence",
    [
        "This dose may be raised after 4 weeks.",
        "In these patients, halve the dose.",
        "Halve the dose with these inhibitors.",
        "If it falls further, stop treatment.",
        "Do not restart it at a lower dose.",
        "Age above 65 years doubled that rate.",
        "In the elderly, they may cause falls.",
        "Used alone, it has no effect.",
        "Until then, hold both medicines.",
        "Most were mild.",
        "So should potassium be.",
        "Ferrous salts had neither effect.",
    ],
)
def test_a_sentence_that_refers_back_hangs_on_the_one_before_it(sentence):
    assert hangs_on_previous(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The recommended dosage is 40 mg once daily.",
        "Some patients had a rash.",
        "Neither food nor age changes exposure.",
        "Discontinue this medicine after a seizure.",
        "When a dose is missed, skip it by 12 hours and more.",
    ],
)
def test_a_sentence_that_names_what_it_speaks_of_stands_alone(sentence):
    assert not hangs_on_previous(sentence)


@pytest.mark.parametrize(
    ("sentence", "limits"),
    [
        ("However, two patients needed a transplant.", True),
        ("Do not resume it until the wound has closed.", True),
        ("This spacing does not suffice for other agents.", True),
        ("These reactions were mild.", False),
        ("Store below 25 °C.", False),
    ],
)
def test_a_sentence_that_takes_something_back_limits_the_one_before_it(sentence, limits):
    assert limits_previous(sentence) is limits


def test_what_a_sentence_hangs_on_and_what_limits_it_come_with_it():
    reading = reading_of(
        "Bilirubin rose in 6% of patients.",
        "These elevations were reversible.",
        "However, one patient needed a transplant.",
        "Store in a dry place.",
    )
    assert bound_to(reading, 1) == {0, 1, 2}
    assert bound_to(reading, 3) == {3}


def test_a_condition_that_takes_a_thing_as_known_reaches_back_to_where_it_is_named():
    reading = reading_of(
        "Strong inhibitors triple exposure.",
        "Lower the dose to 20 mg.",
        "Once the inhibitor is stopped, return to the earlier dose.",
    )
    assert bound_to(reading, 2) == {0, 1, 2}


def test_items_of_a_list_do_not_hang_on_one_another():
    reading = reading_of(
        "Strong inhibitors triple exposure.", items=("measure potassium", "Do not give these together")
    )
    last = len(reading.document.units) - 1
    assert bound_to(reading, last) == {last}
    assert bound_to(reading, last - 1) == {last - 1}


def cases_beside(*sentences, asked):
    reading = reading_of(*sentences)
    return [reading.text_of(reading.document.units[i]) for i in sorted(other_cases(reading, asked))]


MISSED = (
    "Inject veltranib every 4 weeks.",
    "If a dose is missed by less than 6 days, inject it as soon as possible.",
    "If a dose is missed by more than 6 days, restart with two starting doses.",
    "If stored in a refrigerator, warm it for an hour.",
)


def test_a_case_of_a_rule_has_the_other_case_beside_it():
    assert cases_beside(*MISSED, asked=1) == [MISSED[2]]
    assert cases_beside(*MISSED, asked=2) == [MISSED[1]]


def test_what_sets_no_condition_or_another_one_has_no_case_beside_it():
    assert cases_beside(*MISSED, asked=0) == []
    assert cases_beside(*MISSED, asked=3) == []


def test_an_excerpt_takes_in_the_other_cases_of_its_rule():
    reading = reading_of(*MISSED)
    assert [e.units for e in with_cases([Excerpt(reading, (2,), 1.0)])] == [(1, 2)]
