"""Judge metrics against a server on loopback that answers well, nonsense, errors, or too late."""

import json
import time

import pytest
from models import model_server
from pydantic import SecretStr
from typer.testing import CliRunner

from assistant.config import AnswerSettings, ModelSettings, Settings
from evals.errors import EvalError
from evals.judge_model import Judge
from evals.judge_settings import JudgeSettings, judge_settings
from evals.losses import ContextAudit
from evals.score import CitationAudit, Kept
from evals.scorers import Played, mark_all, versions
from evals.types import EvalCase, ReplyRecord

CLAIM = "The recommended dose is 5 mg."
METRICS = {
    "faithfulness", "answer_relevancy", "context_precision", "context_recall", "factual_correctness",
    "noise_sensitivity",
}  # fmt: skip


class Embedder:
    def embed_query(self, text):
        return [1.0, float(len(text) % 3)]


def filled(schema, top=None, yes=1):
    """An object of the schema: every claim the same, every verdict `yes`."""
    top = top or schema
    if "$ref" in schema:
        return filled(top["$defs"][schema["$ref"].rsplit("/", 1)[1]], top, yes)
    if schema.get("type") == "object":
        return {name: filled(part, top, yes) for name, part in schema["properties"].items()}
    if schema.get("type") == "array":
        return [filled(schema["items"], top, yes)]
    return {"integer": yes, "number": yes, "boolean": bool(yes)}.get(schema.get("type"), CLAIM)


def verdicts(yes=1):
    def answer(body):
        content = filled(body["response_format"]["json_schema"]["schema"], yes=yes)
        if "noncommittal" in content:
            content["noncommittal"] = 0
        return 200, json.dumps(content)

    return answer


@pytest.fixture
def server():
    with model_server() as running:
        running.answer = verdicts()
        yield running


def settings(server, **changes):
    given = {"model": "scripted", "base_url": server.url, "api_key": SecretStr("none"), "timeout_seconds": 5}
    return JudgeSettings(**(given | {"repeats": 2} | changes))


def judged(judge, outcomes=("answer",), **expect):
    from evals.judge_scores import judge_scorers

    expect = {"outcome": "answer", "quotes": [CLAIM]} | expect
    case = EvalCase(id="a", category="dose", turns=("Which dose?",), expect=expect)
    reply = ReplyRecord(outcomes=outcomes, text=CLAIM, answer_text=CLAIM)
    played = Played(case, reply, Kept(found=(CLAIM, "Store below 25 C.")), CitationAudit(), ContextAudit())
    scorers = judge_scorers(judge, Embedder())
    found = mark_all(played, scorers)
    return {name.removeprefix("judge_"): mark for name, mark in found.items() if name.startswith("judge_")}


def test_a_judge_that_answers_well_scores_every_metric_with_its_spread_and_cost(server):
    judge = Judge(settings(server, input_price=2.0, output_price=10.0))
    found = judged(judge)
    assert set(found) == METRICS
    assert all(mark.value is not None for mark in found.values()), found
    assert (found["faithfulness"].value, found["faithfulness"].spread) == (1.0, 0.0)
    assert "tokens" in found["faithfulness"].reason
    record = judge.record()
    assert record.calls == len(server.requests)
    assert record.failed == 0
    assert record.answered_as == ("scripted",)
    assert record.input_tokens == 321 * record.calls
    assert record.cost == pytest.approx((record.input_tokens * 2 + record.output_tokens * 10) / 1e6)


def test_a_judge_that_finds_nothing_supported_says_zero_and_not_unscored(server):
    server.answer = verdicts(yes=0)
    found = judged(Judge(settings(server)))
    assert (found["faithfulness"].value, found["context_recall"].value) == (0.0, 0.0)


def test_repeated_runs_that_differ_are_told_with_their_spread(server):
    server.answer = lambda body: verdicts(yes=int(body["seed"] == 1))(body)
    mark = judged(Judge(settings(server)))["faithfulness"]
    assert (mark.value, mark.spread) == (0.5, 0.5)
    assert mark.reason.startswith("1.00, 0.00;")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda _body: (200, "I would say it is rather good."), "not the JSON asked for"),
        (lambda _body: (200, '{"statements": "all of them"}'), "not the JSON asked for"),
        (lambda _body: (500, "out of memory"), "(status 500)"),
        (lambda _body: (429, "slow down"), "(status 429)"),
        (lambda _body: (401, "who are you"), "(status 401)"),
    ],
)
def test_a_judge_that_fails_leaves_unscored_with_the_reason_and_is_not_asked_again(server, answer, why):
    server.answer = answer
    judge = Judge(settings(server))
    found = judged(judge)
    assert {mark.value for mark in found.values()} == {None}
    assert all("unscored, run 1" in mark.reason and why in mark.reason for mark in found.values()), found
    assert judge.record().failed == len(METRICS)


def test_a_judge_that_drips_is_not_waited_for(server):
    server.drip_seconds = 0.2
    started = time.monotonic()
    found = judged(Judge(settings(server, timeout_seconds=0.5, repeats=1)))
    assert {mark.value for mark in found.values()} == {None}
    assert "TimeoutError" in found["faithfulness"].reason
    assert time.monotonic() - started < 30


def test_a_server_that_knows_no_structured_output_is_asked_in_words(server):
    def plain(body):
        if "response_format" in body:
            return 400, "response_format is not supported"
        prompt = body["messages"][-1]["content"]
        schema = prompt.split("JSON Schema:\n", 1)[1].split("Do not use single quotes", 1)[0]
        content = filled(json.loads(schema))
        return 200, f"Sure, here it is: {json.dumps(content)}"

    server.answer = plain
    assert judged(Judge(settings(server, repeats=1)))["faithfulness"].value == 1.0


def test_what_was_not_answered_is_not_judged(server):
    found = judged(Judge(settings(server)), outcomes=("handoff",))
    assert found["faithfulness"].reason == "nothing to judge: no response"
    assert found["context_recall"].value == 1.0  # search did its part


def test_another_model_prompt_or_repeat_is_another_scorer(server):
    from evals.judge_scores import judge_scorers

    said = {
        versions(judge_scorers(Judge(settings(server, **change)), Embedder()))["judge_faithfulness"]
        for change in ({}, {"model": "other"}, {"repeats": 5}, {"temperature": 0.0})
    }
    assert len(said) == 4


def test_the_judge_is_named_and_is_not_the_model_under_test(monkeypatch):
    with pytest.raises(EvalError, match="HCP_EVALS_JUDGE__MODEL"):
        judge_settings(Settings())
    monkeypatch.setenv("HCP_EVALS_JUDGE__MODEL", "m-1")
    assert judge_settings(Settings()).model == "m-1"
    tested = Settings(answer=AnswerSettings(mode="generative"), model=ModelSettings(name="openai:m-1"))
    with pytest.raises(EvalError, match="judges its own words"):
        judge_settings(tested)
    monkeypatch.setenv("HCP_EVALS_JUDGE__REPEATS", "0")
    with pytest.raises(EvalError, match="HCP_EVALS_JUDGE__REPEATS"):
        judge_settings(Settings())


def test_a_run_without_a_judge_named_is_refused_before_anything_is_played(tmp_path):
    from evals.cli import app

    suite = tmp_path / "s.yaml"
    suite.write_text("name: s\ncases: [{id: a, category: c, ask: dose, expect: {outcome: answer}}]\n")
    done = CliRunner().invoke(app, ["run", str(suite), "--judge", "--cache", str(tmp_path)])
    assert done.exit_code == 2
    assert "HCP_EVALS_JUDGE__MODEL" in done.output
