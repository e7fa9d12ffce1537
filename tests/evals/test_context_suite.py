"""The set that measures context loss: its marks hold, a loss is seen, and the bar is kept."""

import pytest
import yaml

from assistant.types import Draft, ListBlock, Piece, SafetyInformation, Statement
from evals.context import BAR, ContextFigures, Loss, Marked, holds, judge, measure, read_suite, shown_in
from evals.errors import SuiteError

LEAST = 150


def draft(*blocks, safety=None):
    return Draft(part=0, blocks=blocks, safety_information=safety, citations=(), confidence=0.9)


def statement(text, heading=""):
    return Statement(heading=heading, pieces=(Piece(text=text, citation=0),))


HALVE = Marked(kind="population", ask="dose?", says="halve the dose", needs=("older than 70 years",))
BOXED = Marked(kind="boxed", ask="liver?", says="Bilirubin rose", needs=("liver failure",))


def missing(made, mark):
    return [lost for _, lost, _ in shown_in(made, (mark,))]


def test_every_mark_stands_once_in_its_label_and_needs_words_of_it():
    suite = read_suite()
    assert sum(len(label.sentences) for label in suite.documents) >= LEAST
    assert len({mark.kind for label in suite.documents for mark in label.sentences}) > len("kinds")


def test_a_sentence_without_the_words_it_needs_is_a_loss():
    assert missing(draft(statement("In these patients, halve the dose.")), HALVE) == [("older than 70 years",)]


def test_words_in_a_heading_or_lead_in_count_as_shown():
    headed = draft(statement("In these patients, halve the dose.", heading="Patients older than 70 years"))
    listed = draft(
        ListBlock(
            lead_in=Piece(text="In patients older than 70 years:", citation=0),
            items=(Piece(text="halve the dose", citation=0),),
        )
    )
    assert missing(headed, HALVE) == [()]
    assert missing(listed, HALVE) == [()]


def test_a_sentence_that_is_not_shown_is_not_judged():
    assert missing(draft(statement("Store in a dry place.")), HALVE) == []


def test_only_a_boxed_warning_may_stand_in_the_safety_information():
    box = SafetyInformation(pieces=(Piece(text="Fatal liver failure. In those older than 70 years.", citation=0),))
    assert missing(draft(statement("Bilirubin rose in 6%."), safety=box), BOXED) == [()]
    assert missing(draft(statement("Bilirubin rose in 6%.")), BOXED) == [("liver failure",)]
    assert missing(draft(statement("halve the dose"), safety=box), HALVE) == [("older than 70 years",)]


def test_a_loss_is_counted_in_every_answer_and_an_unquoted_sentence_is_named():
    label = read_suite().documents[0].model_copy(update={"sentences": (HALVE, BOXED)})
    figures = judge(
        [(label, HALVE), (label, BOXED)],
        [(draft(statement("halve the dose")),), (draft(statement("halve the dose")),)],
    )
    assert figures.loss_rate == 1.0
    assert figures.unquoted == ("liver?",)


def test_nothing_shown_or_too_little_never_keeps_the_bar():
    none = ContextFigures(sentences=4, asked_for=0, shown={}, losses=(), unquoted=())
    little = none.model_copy(update={"asked_for": 2, "shown": {"boxed": 2}})
    enough = none.model_copy(update={"asked_for": 4, "shown": {"boxed": 4}})
    lost = Loss(product="p", kind="boxed", question="q", says="s", missing=("m",), answer="a")
    assert not holds(none)
    assert not holds(little)
    assert holds(enough)
    assert not holds(enough.model_copy(update={"losses": (lost,)}))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("says", "no such words", "stands in 0 units"), ("needs", ["no such words"], "which the label does not say")],
)
def test_a_mark_that_does_not_fit_its_label_is_refused_by_name(tmp_path, field, value, told):
    page = {"name": "s", "owner": "o", "purpose": "p"}
    page["documents"] = [read_suite().documents[0].model_dump(mode="json")]
    page["documents"][0]["sentences"] = [{**page["documents"][0]["sentences"][0], field: value}]
    path = tmp_path / "suite.yaml"
    path.write_text(yaml.safe_dump(page), encoding="utf-8")
    with pytest.raises(SuiteError, match=told):
        read_suite(path)


@pytest.mark.slow
def test_quoted_sentences_keep_their_context(tmp_path):
    figures = measure(read_suite(), tmp_path)
    assert not [(loss.says, loss.missing) for loss in figures.losses][3:]
    assert figures.loss_rate is not None
    assert figures.loss_rate <= BAR
    assert holds(figures)
