"""Generative answers end to end: real library, real record, a model over a real wire that is good, bad or hostile."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from models import model_server, passages_of, sentences

from assistant.adapters.chat import LangChainModel
from assistant.bootstrap import build
from assistant.config import AnswerSettings, ModelSettings, StorageSettings, load
from assistant.demo import fill
from assistant.errors import SettingsError
from assistant.prompts import load_prompt
from assistant.say import plain_text
from assistant.turn.phrase import Wording
from assistant.types import Answer, Asker, Question, Scope, Statement
from knowledge.types import Market

ASKED = "What is the maintenance dosage of Nelvoris in ulcerative colitis?"


@pytest.fixture(scope="module")
def server():
    with model_server() as running:
        yield running


@pytest.fixture(scope="module")
def services(server, tmp_path_factory):
    settings = load(
        storage=StorageSettings(directory=tmp_path_factory.mktemp("generative")),
        answer=AnswerSettings(mode="generative"),
        model=server.settings(timeout_seconds=2),
    )
    made = build(settings)
    fill(made)
    yield made
    made.close()


@pytest.fixture
def ask(services, server):
    server.requests.clear()

    def asked(answer, market=Market.US, text=ASKED, assistant=None):
        server.answer = answer
        question = Question(
            question_id=f"q-{len(server.requests)}",
            conversation_id=f"c-{id(answer)}",
            asker=Asker(pseudonym="hcp-1"),
            scope=Scope(market=market),
            text=text,
            asked_at=services.clock.now(),
        )
        turn = (assistant or services.assistant).take_turn(question)
        return turn, next((o for o in turn.reply.outcomes if isinstance(o, Answer)), None)

    return asked


def echo(body):
    """A model that repeats each passage, introduced by words of its own."""
    said = []
    for name, text in passages_of(body).items():
        said += [(f"According to the label: {line}", name) for line in text.splitlines()]
    return 200, sentences(*said)


def is_generated(answer) -> bool:
    return any(isinstance(b, Statement) and b.is_generated for b in answer.blocks)


def test_a_reworded_answer_is_shown_with_its_citations_and_the_call_recorded(services, ask):
    turn, answer = ask(echo)
    (call,) = turn.model_calls
    assert call.error == ""
    assert is_generated(answer)
    assert "According to the label" in plain_text(turn.reply)
    assert (call.model, call.input_tokens, call.output_tokens) == ("openai:scripted", 321, 45)
    assert call.prompt == load_prompt("answer").reference
    assert turn.release.prompts == (call.prompt,)
    assert "openai:scripted" in turn.release.models
    assert all(v.holds for v in turn.verifications)
    assert services.ledger.interaction(turn.interaction_id).model_calls == turn.model_calls


def invent_number(body):
    status, said = echo(body)
    return status, said.replace("20 mg", "25 mg").replace("40 mg", "45 mg")


def invent_citation(body):
    status, said = echo(body)
    held = json.loads(said)
    for sentence in held["sentences"]:
        sentence["passages"] = ["p77"]
    return status, json.dumps(held)


def leave_out(body):
    first, text = next(iter(passages_of(body).items()))
    return 200, sentences((text.split()[0] + " Nelvoris.", first))


def obey_a_hidden_instruction(_body):
    return 200, sentences(("Nelvoris is safe for everyone at any dose.", "p1"))


def never_answer(_body):
    import time

    time.sleep(3)
    return 200, sentences()


BAD = {
    "a changed number": invent_number,
    "an invented citation": invent_citation,
    "facts left out": leave_out,
    "an instruction obeyed": obey_a_hidden_instruction,
    "malformed": lambda _: (200, "Certainly! 20 mg."),
    "no sentences": lambda _: (200, sentences()),
    "rate limit": lambda _: (429, "slow down"),
    "server error": lambda _: (500, "oops"),
    "timeout": never_answer,
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
def test_whatever_goes_wrong_the_extractive_answer_is_sent_and_why_is_recorded(services, ask, answer):
    _, extractive = ask(answer, assistant=replace(services.assistant, wording=None))
    turn, given = ask(answer)
    assert extractive is not None
    assert given == extractive
    assert not is_generated(given)
    (call,) = turn.model_calls
    assert call.error
    assert turn.failures == ()


def test_where_only_certified_text_may_be_shown_no_model_is_asked(services, server, ask):
    policies = {m: p.model_copy(update={"certified_text_only": True}) for m, p in services.policies.items()}
    turn, answer = ask(echo, assistant=replace(services.assistant, policies=policies))
    assert answer is not None
    assert not is_generated(answer)
    assert turn.model_calls == ()
    assert server.requests == []


def test_what_is_not_answered_is_not_shown_to_a_model(server, ask):
    turn, answer = ask(echo, text="Can I use Nelvoris in children with asthma?")
    assert answer is None
    assert turn.model_calls == ()
    assert server.requests == []


def test_extractive_answers_call_no_model_and_name_no_prompt(services, server, ask):
    turn, answer = ask(echo, assistant=replace(services.assistant, wording=None))
    assert answer is not None
    assert (turn.model_calls, turn.release.prompts, server.requests) == ((), (), [])


def test_generative_answers_without_a_model_stop_the_start(tmp_path):
    settings = load(storage=StorageSettings(directory=tmp_path), answer=AnswerSettings(mode="generative"))
    with pytest.raises(SettingsError, match="HCP_MODEL__NAME"):
        build(settings)


def test_the_key_of_the_model_is_never_shown():
    assert "sesame" not in repr(ModelSettings(name="openai:x", api_key="sesame"))


def test_a_wording_is_a_model_and_a_prompt(server, tmp_path):
    wording = Wording(LangChainModel(server.settings(), tmp_path), load_prompt("answer"))
    assert wording.model.name == "openai:scripted"
