"""The whole turn on the demo library, and with each of its parts broken in turn."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.adapters.reader import MiniLMReader
from assistant.bootstrap import build
from assistant.config import StorageSettings, load
from assistant.demo import fill
from assistant.errors import NotRecorded
from assistant.pipeline import new_id
from assistant.types import Asker, Question, Scope

DOSE = "What is the recommended dosage for chronic pouchitis?"
REPORT = "My patient, 54F, was admitted with sepsis two weeks after starting Nelvoris."


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    held = build(load(storage=StorageSettings(directory=tmp_path_factory.mktemp("demo"))))
    fill(held)
    yield held
    held.close()


def turn(assistant, services, text):
    return assistant.take_turn(
        Question(
            question_id=new_id("question"),
            conversation_id=new_id("conversation"),
            asker=Asker(pseudonym="p"),
            scope=Scope(),
            text=text,
            asked_at=services.clock.now(),
        )
    )


def kinds(interaction):
    return [outcome.kind for outcome in interaction.reply.outcomes]


class Broken:
    """Stands for a collaborator; what is named raises, the rest is the real one's."""

    def __init__(self, real, *names):
        self._real, self._names = real, names

    def __getattr__(self, name):
        def fail(*_args, **_more):
            raise OSError(f"{name} is broken")

        return fail if name in self._names else getattr(self._real, name)


class BrokenScreen:
    name = "broken"

    def look(self, message):
        raise ValueError("cannot look")


def test_a_question_is_answered_and_recorded_with_quotes_that_stand_in_the_document(services):
    interaction = turn(services.assistant, services, DOSE)
    assert kinds(interaction) == ["answer"]
    recorded = services.ledger.interaction(interaction.interaction_id)
    assert recorded.reply == interaction.reply
    for citation in recorded.reply.outcomes[0].citations:
        text = services.knowledge.document(citation.document_id, citation.version).document.text
        assert text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("call", ["search", "document", "is_effective", "effective", "products"])
def test_a_library_call_that_breaks_never_gives_an_answer(services, call):
    assistant = dataclasses.replace(services.assistant, knowledge=Broken(services.knowledge, call))
    interaction = turn(assistant, services, DOSE)
    assert "answer" not in kinds(interaction)
    assert interaction.failures or any(c.passed is None for v in interaction.verifications for c in v.checks)


@pytest.mark.parametrize("call", ["search", "document", "is_effective", "effective", "products", "release"])
def test_a_safety_report_reaches_drug_safety_whatever_breaks_in_the_library(services, call):
    assistant = dataclasses.replace(services.assistant, knowledge=Broken(services.knowledge, call))
    interaction = turn(assistant, services, REPORT)
    assert kinds(interaction)[0] == "safety"
    assert services.desk.case(interaction.reply.outcomes[0].case_id).kind == "safety"


def test_a_screen_that_breaks_hands_the_turn_over_and_the_others_still_look(services):
    assistant = dataclasses.replace(services.assistant, screens=(BrokenScreen(), *services.assistant.screens))
    assert kinds(turn(assistant, services, DOSE)) == ["safety", "handoff"]
    assert kinds(turn(assistant, services, REPORT))[0] == "safety"


def test_what_cannot_be_recorded_is_not_answered(services):
    class Full:
        def conversation(self, conversation_id, last=10):
            return ()

        def record(self, record):
            raise NotRecorded("the disk is full")

    with pytest.raises(NotRecorded):
        turn(dataclasses.replace(services.assistant, ledger=Full()), services, DOSE)


def test_the_raw_text_of_a_message_is_never_recorded(services):
    interaction = turn(services.assistant, services, "For my patient Harold Jennings (MRN 4471902): dose?")
    stored = services.ledger.interaction(interaction.interaction_id).model_dump_json()
    assert "Jennings" not in stored
    assert "4471902" not in stored


@pytest.mark.parametrize(
    "text",
    [
        "which dosage is recommended in chronic pouchitis",
        "half life and % unchanged in urine, washout after MAOI?",  # several things, words of the further shorthand
        "hepatic impairment dose, shelf life once opened",
    ],
)
def test_a_message_of_one_part_is_encoded_once(services, monkeypatch, text):
    passes = []
    whole = MiniLMReader._read_and_keep
    monkeypatch.setattr(MiniLMReader, "_read_and_keep", lambda self, said: passes.append(said) or whole(self, said))
    answered = turn(services.assistant, services, text)
    assert len(answered.understanding.parts) == 1
    assert len(passes) == 1
    assert answered.evidence[0].result.query.heard == passes[0]
