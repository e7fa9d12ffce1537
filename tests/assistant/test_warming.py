from __future__ import annotations

import time

import pytest

from assistant.bootstrap import build
from assistant.config import StorageSettings, load
from assistant.demo import fill
from assistant.types import Asker, Question, Scope
from assistant.warming import Warming
from knowledge import shelf
from knowledge.types import Audience, Market


@pytest.fixture
def restarted(tmp_path):
    """The demo library, opened by a server that has not been asked yet."""
    settings = load(storage=StorageSettings(directory=tmp_path))
    first = build(settings)
    fill(first)
    first.close()
    services = build(settings)
    yield services
    services.close()


def question(services):
    return Question(
        question_id="question_1",
        conversation_id="conversation_1",
        asker=Asker(pseudonym="hcp-1"),
        scope=Scope(product="Nelvoris", market=Market.US),
        text="What is the recommended dosage?",
        asked_at=services.clock.now(),
    )


def test_the_first_question_reads_no_label_once_the_server_is_warm(restarted, monkeypatch):
    read = []
    monkeypatch.setattr(
        shelf, "read_document", lambda *given, _read=shelf.read_document: read.append(given) or _read(*given)
    )
    warming = Warming(restarted)
    warming.start()
    warming.wait()
    assert read
    read.clear()
    turn = restarted.assistant.take_turn(question(restarted))
    assert turn.reply.outcomes[0].kind == "answer"
    assert read == []


def test_a_library_that_cannot_be_read_stops_the_warming_and_nothing_else(restarted, monkeypatch):
    def broken(*_):
        raise OSError("disk")

    with monkeypatch.context() as patched:
        patched.setattr(restarted.knowledge, "warm", broken)
        warming = Warming(restarted)
        warming.start()
        warming.wait()
    assert restarted.assistant.take_turn(question(restarted)).reply.outcomes[0].kind == "answer"


def test_stopping_waits_for_no_more_than_one_label(restarted):
    warming = Warming(restarted)
    warming.start()
    warming.stop()
    assert not warming._thread.is_alive()


def test_questions_come_before_reading_ahead_but_do_not_hold_it_up_for_good(restarted, monkeypatch):
    monkeypatch.setattr("assistant.warming.BUSY_SECONDS", 0.3)
    read = []
    monkeypatch.setattr(Warming, "_read", lambda _self, _partition: read.append(time.monotonic()))
    names = restarted.knowledge.products(Market.US, Audience.HCP, restarted.clock.now())
    monkeypatch.setattr(restarted.knowledge, "products", lambda *_: (names[0], names[0]))
    warming = Warming(restarted, is_busy=lambda: True)
    warming.start()
    warming.wait()
    assert warming.is_over
    assert read[1] - read[0] >= 0.3
