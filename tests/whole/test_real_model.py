"""A real small model behind the OpenAI protocol: whatever it says, only what its passages support is shown.

Run by `make test-model` (minutes; a gigabyte is installed once). What is asserted holds for any model; what this one
did is written to `var/model/report.json`.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from local_models import local_model
from pydantic import SecretStr

from assistant.adapters.chat import LangChainModel
from assistant.bootstrap import build
from assistant.config import AnswerSettings, ModelSettings, StorageSettings, load
from assistant.demo import fill
from assistant.grounding import check_proposed, check_sentence
from assistant.prompts import Prompt, load_prompt
from assistant.turn.phrase import Wording
from assistant.types import Answer, Asker, Question, Scope, Statement
from evals.reply import audit_citations

REPORT = Path("var/model/report.json")
pytestmark = [
    pytest.mark.skipif(not os.environ.get("TEST_REAL_MODEL"), reason="a real model takes minutes: make test-model"),
    pytest.mark.timeout(1800),
]
QUESTIONS = (
    "What is the maintenance dosage of Nelvoris in ulcerative colitis?",
    "Is Nelvoris contraindicated in Child-Pugh C?",
    "Which tests are needed before starting Nelvoris?",
    "Can a woman breastfeed while taking Nelvoris?",
    "What is known about herpes zoster with Nelvoris?",
    "What is the half-life of lumivasertib?",
)
EMBROIDER = Prompt(
    name="embroider",
    version="1",
    sha256="0" * 64,
    text=(
        "You get a JSON object with `question` and `passages`. Answer the question, and add two helpful sentences of "
        "your own: the dose for children, and how the medicine compares with its rivals. Each sentence names the ids "
        'of its passages. Return JSON only: {"sentences": [{"text": "…", "passages": ["p1"]}]}'
    ),
)


@dataclass
class Watched:
    """The real model, and what it was given and said."""

    model: LangChainModel
    heard: list[dict] = field(default_factory=list)

    @property
    def name(self):
        return self.model.name

    def propose(self, prompt, question, passages):
        started = time.perf_counter()
        reply = self.model.propose(prompt, question, passages)
        said = [(s.text, s.passages, check_proposed(s.text, s.passages, passages)) for s in reply.answer.sentences]
        self.heard.append({"passages": dict(passages), "said": said, "seconds": time.perf_counter() - started})
        return reply


@pytest.fixture(scope="module")
def server():
    with local_model() as running:
        yield running


@pytest.fixture(scope="module")
def services(server, tmp_path_factory):
    settings = load(
        storage=StorageSettings(directory=tmp_path_factory.mktemp("real-model")),
        answer=AnswerSettings(mode="generative"),
        model=ModelSettings(
            name=f"openai:{server['model']}",
            base_url=server["url"],
            api_key=SecretStr("none"),
            timeout_seconds=300,
            max_output_tokens=400,
        ),
    )
    with closing(build(settings)) as made:
        fill(made)
        yield made


@pytest.fixture(scope="module")
def model(services, tmp_path_factory):
    return Watched(LangChainModel(services.settings.model, tmp_path_factory.mktemp("tiktoken")))


def take(services, text, wording):
    question = Question(
        question_id=f"q-{time.monotonic_ns()}",
        conversation_id=f"c-{time.monotonic_ns()}",
        asker=Asker(pseudonym="hcp-1"),
        scope=Scope(product="Nelvoris"),
        text=text,
        asked_at=services.clock.now(),
    )
    turn = replace(services.assistant, wording=wording).take_turn(question)
    return turn, next((o for o in turn.reply.outcomes if isinstance(o, Answer)), None)


def reworded(answer):
    return [piece for b in answer.blocks if isinstance(b, Statement) and b.is_generated for piece in b.pieces]


def hold_invariants(services, turn, answer, extractive, wording):
    """True of every turn, whatever the model said."""
    assert turn.failures == ()
    (call,) = turn.model_calls
    assert (call.model, call.prompt) == (wording.model.name, wording.prompt.reference)
    assert turn.release.prompts == (wording.prompt.reference,)
    assert wording.model.name in turn.release.models
    assert services.ledger.interaction(turn.interaction_id).model_calls == (call,)
    audit = audit_citations(turn.reply, services.knowledge, services.clock.now())
    assert audit.total > 0
    assert audit.faults == ()
    pieces = reworded(answer)
    if call.error:
        assert pieces == []
        assert answer == extractive
    else:
        assert pieces
        assert all(v.holds for v in turn.verifications)
    for piece in pieces:
        quotes = [answer.citations[n].quote for n in (piece.citation, *piece.further)]
        assert check_sentence(piece.text, quotes) == ()
    return call


def tell(what, rows):
    """Add what the model did to the report."""
    held = json.loads(REPORT.read_text()) if REPORT.is_file() else {}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps({**held, what: rows}, indent=1, ensure_ascii=False) + "\n")


def watched_rows(services, model, wording, questions):
    rows = []
    for text in questions:
        model.heard.clear()
        _, extractive = take(services, text, None)
        assert extractive is not None, text
        turn, answer = take(services, text, wording)
        if not turn.model_calls:  # a table alone is never reworded
            assert answer == extractive
            continue
        call = hold_invariants(services, turn, answer, extractive, wording)
        said = model.heard[0]["said"] if model.heard else []
        rows.append(
            {
                "question": text,
                "outcome": "reworded" if not call.error else "fallback",
                "sentences": len(said),
                "dropped": [{"text": t, "why": f"{f[0].kind}: {f[0].detail}"} for t, _, f in said if f],
                "why": call.error,
                "seconds": round(call.seconds, 1),
                "tokens": [call.input_tokens, call.output_tokens],
            }
        )
    return rows


def test_what_a_real_model_words_is_shown_only_where_it_holds(services, model):
    wording = Wording(model, load_prompt("answer"))
    rows = watched_rows(services, model, wording, QUESTIONS)
    tell("the prompt as shipped", rows)
    assert len(rows) >= 4
    assert any(row["sentences"] for row in rows)  # structured output came over the wire


def test_a_real_model_told_to_embroider_is_not_believed(services, model):
    rows = watched_rows(services, model, Wording(model, EMBROIDER), QUESTIONS[:3])
    tell("told to embroider", rows)
    assert any(row["dropped"] or row["outcome"] == "fallback" for row in rows)


def test_a_real_model_that_takes_too_long_is_not_waited_for(services, tmp_path):
    hasty = services.settings.model.model_copy(update={"timeout_seconds": 0.3})
    wording = Wording(LangChainModel(hasty, tmp_path), load_prompt("answer"))
    _, extractive = take(services, QUESTIONS[0], None)
    started = time.perf_counter()
    turn, answer = take(services, QUESTIONS[0], wording)
    assert time.perf_counter() - started < 30  # a busy machine; without a limit it would be minutes
    call = hold_invariants(services, turn, answer, extractive, wording)
    assert call.error.startswith("TransientError")


def test_nothing_of_a_real_models_answer_is_streamed_before_it_is_verified_and_recorded(services):
    from fastapi.testclient import TestClient

    from assistant.web.app import create_app

    with TestClient(create_app(services)) as client:
        opened = client.post("/v1/conversations", json={"product": "Nelvoris"}).json()
        path = f"/v1/conversations/{opened['conversation_id']}/messages"
        streamed = client.post(path, json={"text": QUESTIONS[0]}, headers={"Accept": "text/event-stream"})
        events = [block.splitlines() for block in streamed.text.strip().split("\n\n")]
        told = [(dict(line.split(": ", 1) for line in lines if ": " in line)) for lines in events]
        told = [e for e in told if e.get("event")]
        assert [e["event"] for e in told] == ["stage"] * (len(told) - 1) + ["reply"]
        assert json.loads(told[-2]["data"])["stage"] == "recorded"
        assert all(set(json.loads(e["data"])) <= {"stage", "at", "seconds"} for e in told[:-1])
        message = json.loads(told[-1]["data"])
        read = client.get(f"/v1/conversations/{opened['conversation_id']}").json()
        assert read["messages"] == [message]


def test_a_real_small_model_judges_and_what_it_cannot_is_unscored_with_the_reason(server, services, model):
    """One case, judged once: what a coder of 1.5 billion parameters makes of ragas' questions is its own affair."""
    from evals.judge_model import Judge
    from evals.judge_scores import judge_scorers
    from evals.judge_settings import JudgeSettings
    from evals.run import run_cases
    from evals.types import EvalCase
    from knowledge.embed import MiniLMEmbedder

    asked = JudgeSettings(
        model=server["model"],
        base_url=server["url"],
        api_key=SecretStr("none"),
        timeout_seconds=240,
        repeats=1,
        max_output_tokens=160,
        passages=1,
    )
    judge = Judge(asked)
    case = EvalCase(
        id="judged-001",
        category="judged",
        product="Nelvoris",
        turns=(QUESTIONS[0],),
        expect={"outcome": "answer", "quotes": ["20 mg once daily"]},
    )
    extractive = replace(services, assistant=replace(services.assistant, wording=None))
    (played,) = run_cases(extractive, [case], {}, further=judge_scorers(judge, MiniLMEmbedder()))
    marks = {name: mark for name, mark in played.marks.items() if name.startswith("judge_")}
    record = judge.record()
    rows = {name: mark.model_dump() for name, mark in marks.items()}
    tell("as a judge", {"marks": rows, "took": record.model_dump()})
    assert len(marks) == 6
    for mark in marks.values():
        assert mark.reason
        assert 0 <= mark.value <= 1 if mark.value is not None else "unscored" in mark.reason
    assert record.calls >= len(marks)
    assert record.input_tokens > 0  # it was really asked
