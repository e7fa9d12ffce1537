"""Fair balance by construction (21 CFR 202.1): whatever is answered, every form of it shows risk and both names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.merging import merge_answers
from assistant.naming import with_generic
from assistant.say import plain_text
from assistant.types import Answer, ListBlock, Piece, Reply, SafetyInformation, Statement, TableBlock, TableRow
from knowledge.types import ProductNames
from tests.turns import answer

words = st.text(alphabet="abcdefghij", min_size=3, max_size=9)
pieces = words.map(lambda text: Piece(text=f"says {text}", citation=0))
blocks = st.one_of(
    st.lists(pieces, min_size=1, max_size=3).map(lambda p: Statement(pieces=tuple(p))),
    st.lists(pieces, min_size=1, max_size=3).map(lambda p: ListBlock(items=tuple(p))),
    words.map(lambda cell: TableBlock(rows=(TableRow(cells=(cell,), citation=0),))),
)
risks = st.tuples(st.booleans(), st.lists(pieces, min_size=1, max_size=3)).map(
    lambda made: SafetyInformation(is_boxed=made[0], pieces=tuple(made[1]))
)
names = st.tuples(words, st.one_of(st.just(""), words)).map(lambda n: ProductNames(product=n[0].upper(), generic=n[1]))
answers = st.builds(
    lambda told, risk, called: answer().model_copy(
        update={"blocks": tuple(told), "safety_information": risk, "names": called}
    ),
    st.lists(blocks, min_size=1, max_size=4),
    risks,
    names,
)


@settings(max_examples=100, deadline=None)
@given(answers)
def test_text_names_the_generic_first_and_shows_every_word_of_risk_uncut(made):
    text = plain_text(Reply(outcomes=(made,)))
    assert text.startswith(with_generic(made.names))
    risk = text[text.index(made.safety_information.heading) :]
    assert all(piece.text in risk for piece in made.safety_information.pieces)


@settings(max_examples=100, deadline=None)
@given(answers)
def test_json_carries_the_risk_and_cannot_be_read_back_without_it(made):
    content = json.loads(Reply(outcomes=(made,)).model_dump_json())
    assert Reply.model_validate(content).outcomes == (made,)
    for without in (None, {**content["outcomes"][0]["safety_information"], "pieces": []}):
        broken = {**content["outcomes"][0], "safety_information": without}
        with pytest.raises(ValidationError):
            Answer.model_validate(broken)


@settings(max_examples=100, deadline=None)
@given(answers, answers)
def test_two_answers_made_one_keep_a_boxed_warning_wherever_it_stood(one, other):
    other = other.model_copy(update={"names": one.names})
    (merged,) = merge_answers((one, other))
    assert merged.safety_information.is_boxed == (one.safety_information.is_boxed or other.safety_information.is_boxed)


def test_a_name_that_is_both_brand_and_generic_stands_once():
    assert with_generic(ProductNames(product="Veltranib", generic="veltranib")) == "Veltranib"
    assert with_generic(ProductNames(product="VELTRANO", generic="veltranib")) == "VELTRANO (veltranib)"
