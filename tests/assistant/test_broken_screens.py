"""Each screen of the registry, broken in turn: a finding, a hand-over, and the other screens still look."""

from __future__ import annotations

import dataclasses

import pytest

import assistant.turn.screen as step
from assistant.bootstrap import build
from assistant.config import StorageSettings, load
from assistant.demo import fill
from assistant.pipeline import new_id
from assistant.screens import default_screens
from assistant.types import Asker, FindingKind, Question, Scope

SCREENS = default_screens()
NAMES = [screen.name for screen in SCREENS]
DOSE = "What is the recommended dosage for chronic pouchitis?"
REPORT = "My patient, 54F, was admitted with sepsis two weeks after starting Nelvoris. What is the dose in pouchitis?"


class Broken:
    """A screen whose rule raises, with words of the message in what it raises."""

    def __init__(self, name):
        self.name = name

    def look(self, message):
        raise ValueError(f"cannot read {message.text}")


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    held = build(load(storage=StorageSettings(directory=tmp_path_factory.mktemp("broken"))))
    fill(held)
    yield held
    held.close()


def turn(services, broken, text):
    screens = tuple(Broken(s.name) if s.name == broken else s for s in SCREENS)
    assistant = dataclasses.replace(services.assistant, screens=screens)
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


def test_screens_have_names_of_their_own():
    assert len(set(NAMES)) == len(NAMES)


def test_with_all_screens_well_the_question_is_answered(services):
    assert kinds(turn(services, None, DOSE)) == ["answer"]


@pytest.mark.parametrize("broken", NAMES)
def test_a_broken_screen_is_a_finding_and_the_turn_is_handed_over(services, broken, caplog):
    interaction = turn(services, broken, DOSE)
    assert [(o.kind, o.reason) for o in interaction.reply.outcomes] == [("handoff", "check_failed")]
    (finding,) = interaction.screening.of_kind(FindingKind.SCREEN_FAILED)
    assert finding.detail == broken
    assert finding.rule.startswith("us.records@")
    assert "pouchitis" not in caplog.text  # what the error says may quote the message
    assert services.ledger.interaction(interaction.interaction_id).screening == interaction.screening
    (case,) = [c for c in services.desk.cases() if c.interaction_id == interaction.interaction_id]
    assert case.reason == "check_failed"


@pytest.mark.parametrize("broken", [name for name in NAMES if name != "safety"])
def test_a_report_reaches_drug_safety_whichever_other_screen_is_broken(services, broken):
    became = kinds(turn(services, broken, REPORT))
    assert "safety" in became
    assert "answer" not in became


def test_broken_masking_lets_no_word_through_and_hands_over(services, monkeypatch):
    def fail(*_given):
        raise RuntimeError

    monkeypatch.setattr(step, "find", fail)
    interaction = turn(services, None, f"Mrs Ottilie Wendelmoor: {DOSE}")
    assert [(o.kind, o.reason) for o in interaction.reply.outcomes] == [("handoff", "check_failed")]
    assert "Wendelmoor" not in services.ledger.interaction(interaction.interaction_id).model_dump_json()
