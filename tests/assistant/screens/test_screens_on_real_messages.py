"""Floors over messages that are not ours: read from beside the repository, never copied into it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.adapters.reader import MiniLMReader
from assistant.screens import default_screens
from assistant.turn.screen import screen
from assistant.types import Asker, FindingKind, Question, Scope

SCREENS = default_screens(MiniLMReader())
SHARED = Path(__file__).parents[3].parent / "shared"
BLOCKING = {
    FindingKind.MISUSE,
    FindingKind.COMPARATOR,
    FindingKind.OUT_OF_SCOPE,
    FindingKind.EMERGENCY,
    FindingKind.PERSONAL_DIRECTION,
    FindingKind.LANGUAGE,
    FindingKind.PERSON_WANTED,
}
ENOUGH = 0.6


def read(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository")
    return [json.loads(line) for line in path.read_text().splitlines()]


def look(text, product=None):
    question = Question(
        question_id="question_1",
        conversation_id="conversation_1",
        asker=Asker(pseudonym="a"),
        scope=Scope(product=product),
        text=text,
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return screen(question, SCREENS, ())


def reports(case):
    return bool(look(case["turns"][-1], case["product"]).of_kind(FindingKind.SAFETY_REPORT))


def test_nearly_every_safety_report_is_found_and_few_questions_are_taken_for_one():
    cases = read("bench/dev.jsonl")
    told = [case for case in cases if case["expect"]["safety"]]
    asked = [case for case in cases if not case["expect"]["safety"]]
    assert sum(map(reports, told)) >= 0.99 * len(told)
    assert sum(map(reports, asked)) <= 0.03 * len(asked)


def test_no_personal_data_is_left():
    for case in read("bench/dev.jsonl"):
        redacted = look(case["turns"][-1], case["product"]).redacted.lower()
        assert [word for word in case["expect"]["redact"] if word.lower() in redacted] == []


def test_every_emergency_is_seen():
    cases = [case for case in read("bench/dev.jsonl") if case["expect"]["outcome"] == "emergency"]
    assert all(look(case["turns"][-1]).of_kind(FindingKind.EMERGENCY) for case in cases)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("data/questions/fdarxbench.jsonl", "question"),
        ("data/questions/medinfo2019.jsonl", "question"),
        ("data/questions/medquad_drugs.jsonl", "question"),
        ("data/questions/pubmedqa.jsonl", "QUESTION"),
    ],
)
def test_real_questions_are_seldom_blocked(name, key):
    questions = [row[key] for row in read(name)][:300]
    blocked = [
        question
        for question in questions
        if any(f.kind in BLOCKING and f.confidence >= ENOUGH for f in look(question).findings)
    ]
    assert len(blocked) <= 0.02 * len(questions)
