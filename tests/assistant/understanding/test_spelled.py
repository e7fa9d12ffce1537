"""The screens and retrieval hear one text: the encoder reads it once a turn."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assistant.turn.screen import screen
from assistant.types import Asker, Question, Scope
from assistant.understanding.spelled import spelled_out
from knowledge.types import ProductNames

NAMES = ProductNames(product="Corvexa", generic="corvexatinib", substances=("corvexatinib mesylate",))


def test_small_talk_names_and_masks_are_left_out() -> None:
    heard = spelled_out("Good morning. Corvexa dose for [person]? Many thanks!", NAMES)
    assert "Corvexa" not in heard
    assert "[person]" not in heard
    assert "morning" not in heard
    assert "dose for" in heard


def test_shorthand_follows_what_was_written() -> None:
    assert spelled_out("CrCl 25", None).startswith("CrCl 25 ")
    assert "clearance" in spelled_out("CrCl 25", None)


@pytest.mark.parametrize("text", ["thanks!", "Corvexa", "[person]", "", "  ", "?"])
def test_what_would_leave_nothing_comes_back(text: str) -> None:
    assert spelled_out(text, NAMES).strip() == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "Corvexa: max dose in adults?",
        "Hello, what about hepatic impairment - thx",
        "pt on corvexatinib got a rash. LFTs to watch?",
    ],
)
def test_saying_it_twice_changes_nothing(text: str) -> None:
    once = spelled_out(text, NAMES)
    assert spelled_out(once, NAMES).startswith(once)


def test_screens_are_given_what_is_heard() -> None:
    seen: list[str] = []

    class Listening:
        name = "listening"

        def look(self, message):
            seen.append(message.heard)
            return ()

    question = Question(
        question_id="q",
        conversation_id="c",
        asker=Asker(pseudonym="a"),
        scope=Scope(),
        text="Hi! Corvexa in CrCl 25?",
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    screen(question, [Listening()], ("corvexa",), NAMES)
    assert seen == [spelled_out("Hi! Corvexa in CrCl 25?", NAMES)]
