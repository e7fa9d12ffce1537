"""Cohen's kappa of scorers against people's verdicts."""

import json

import eval_runs as runs
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from typer.testing import CliRunner

from evals.agreement import agreement, kappa
from evals.cli import app
from evals.errors import EvalError
from evals.store.judgements import Judgements, Verdict, reply_sha256
from evals.store.runs import RunStore
from evals.types import Mark


def case(case_id, value, scorer="judge_faithfulness"):
    return runs.result(case_id).model_copy(update={"marks": {scorer: Mark(value=value)}})


def judged(people, values):
    cases = [case(f"c{n}", value) for n, value in enumerate(values)]
    said = {(one.id, reply_sha256(one)): right for one, right in zip(cases, people, strict=True)}
    return agreement(cases, said)


def test_kappa_is_that_of_scikit_learn_with_an_interval_round_it():
    draw = np.random.default_rng(5)
    people = draw.random(60) < 0.6
    values = np.where(draw.random(60) < 0.8, people, ~people).astype(float)
    (found,) = judged([bool(x) for x in people], [float(x) for x in values])
    assert found.kappa == pytest.approx(cohen_kappa_score(people, values >= 0.5))
    assert found.low < found.kappa < found.high
    assert found.replies == 60
    assert found == judged([bool(x) for x in people], [float(x) for x in values])[0]  # bit for bit


def test_agreement_that_chance_explains_is_zero_and_a_verdict_that_never_varies_is_none():
    assert kappa(np.array([25.0, 25.0, 25.0, 25.0])) == pytest.approx(0.0)
    (found,) = judged([True] * 12, [1.0] * 12)
    assert (found.kappa, found.low, found.agreed) == (None, None, 1.0)


def test_what_the_judge_left_unscored_is_counted_apart():
    (found,) = judged([True, False, True], [1.0, 0.0, None])
    assert (found.replies, found.unscored, found.kappa, found.low) == (2, 1, 1.0, None)


def test_without_a_verdict_of_people_there_is_nothing_to_say():
    with pytest.raises(EvalError, match="Label some at /evals"):
        agreement([case("a", 1.0)], {})


def test_the_command_holds_stored_runs_against_stored_verdicts(tmp_path):
    cases = [case(f"c{n}", float(n % 3 > 0)) for n in range(12)]
    RunStore(tmp_path).add(runs.run(*cases))
    for n, one in enumerate(cases):
        wrong = {"verdict": Verdict.WRONG, "reason": "another dose"} if n % 2 else {}
        Judgements(tmp_path).append(runs.judgement(one.id, reply_sha256=reply_sha256(one), **wrong))
    done = CliRunner().invoke(app, ["agreement", "--store", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    (found,) = json.loads(done.stdout)
    assert (found["scorer"], found["replies"]) == ("judge_faithfulness", 12)
    assert found["low"] <= found["kappa"] <= found["high"]
    shown = CliRunner().invoke(app, ["agreement", "--store", str(tmp_path)])
    assert "judge_faithfulness" in shown.stdout
    none = CliRunner().invoke(app, ["agreement", "--store", str(tmp_path / "other")])
    assert none.exit_code == 2
