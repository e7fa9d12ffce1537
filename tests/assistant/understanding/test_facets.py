"""A part that asks for several things is looked through for each of them."""

from __future__ import annotations

import pytest

from assistant.composing.complete import asks_for_a_course
from assistant.types import Part, PartKind
from assistant.understanding.facets import MOST_FACETS, facets_of
from assistant.understanding.products import ProductIndex
from assistant.understanding.topics import load_topics
from knowledge.types import ProductNames

INDEX = ProductIndex((ProductNames(product="Velzora", generic="zorvatinib", substances=("zorvatinib mesylate",)),))
TOPICS = load_topics()


def facets(text):
    part = Part(text=text, standalone=f"Velzora: {text}", kind=PartKind.ON_LABEL, product="Velzora")
    return facets_of(part, INDEX, TOPICS)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("half life, % unchanged in urine", ["half life", "% unchanged in urine"]),
        ("missed dose window and discard after how long", ["missed dose window", "discard after how long"]),
        ("ECG schedule + baseline QTc limit", ["ECG schedule", "baseline QTc limit"]),
        ("protein binding - adults and newborns", ["protein binding", "adults", "newborns"]),
        ("reconstituted vial: room temp vs fridge", ["reconstituted vial", "room temp", "fridge"]),
    ],
)
def test_each_thing_asked_is_a_facet(text, pieces):
    assert [facet.text for facet in facets(text)] == pieces


@pytest.mark.parametrize("text", ["half life?", "Velzora, half life", "what is the max dose per day", ""])
def test_one_thing_has_no_facets(text):
    assert facets(text) == ()


def test_a_long_enumeration_is_looked_for_as_a_whole():
    assert facets(", ".join(["rash", "fever", "cough", "nausea", "headache"][: MOST_FACETS + 1])) == ()


def test_a_facet_takes_the_rest_along_as_implied():
    newborns = facets("half life in adults and newborns")[1]
    assert newborns.text == "newborns"
    assert "half" in newborns.carried
    assert "pediatric" in newborns.populations
    assert newborns.product == "Velzora"


def test_each_facet_has_the_topics_of_its_own_words():
    storage, lactation = facets("storage temperature, breastfeeding")
    assert storage.fields["how_supplied"] > lactation.fields["how_supplied"]
    assert lactation.fields["lactation"] > storage.fields["lactation"]


@pytest.mark.parametrize(
    "text",
    [
        "titration?",
        "mg/kg per dose wk 1 thru 4",
        "days 1-14",
        "dose week by week",
        "caps for each weight band",
        "d1, d8 and d15?",
    ],
)
def test_a_course_is_wanted_as_a_whole(text):
    assert asks_for_a_course(text)


@pytest.mark.parametrize("text", ["dose in week 4?", "max dose", "CrCl 10 to 20", "how often check ECG"])
def test_one_value_is_no_course(text):
    assert not asks_for_a_course(text)


def test_a_courtesy_is_no_facet():
    assert facets("Quick question: half life in adults") == ()
