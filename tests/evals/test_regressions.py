"""When a planted fault counts as found: by its own gate, and surely in the comparison."""

from pathlib import Path

import eval_runs as runs
import pytest

from evals.regressions import GATES, REGRESSIONS, judge
from evals.suite import load_suite, with_gates
from evals.types import GateResult

SUITE = Path(__file__).parents[2] / "evals" / "suites" / "demo.yaml"

OURS = {
    f"{name}.yaml"
    for name in ("demo", "grounding", "retrieval", "balance", "handoff", "safety", "misuse", "conditions")
}


def named(words):
    return next(regression for regression in REGRESSIONS if words in regression.name)


def held(metric, value, passed):
    return GateResult(suite="s", metric=metric, value=value, bound="≥ 0.9", passed=passed)


def with_kinds(count, broken, gate):
    cases = [runs.result(f"c{i}", safety_kinds=i >= broken) for i in range(count)]
    return runs.run(*cases).model_copy(update={"gates": (gate,)})


def test_a_fault_is_found_when_its_gate_breaks_and_the_comparison_is_sure():
    sound = with_kinds(20, 0, held("safety_kinds", 1.0, True))
    planted = with_kinds(20, 8, held("safety_kinds", 0.6, False))
    verdict = judge(named("safety screen"), sound, planted)
    assert verdict.is_found
    assert (verdict.score, verdict.change) == ("safety_kinds", -0.4)
    assert verdict.p < 0.01


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        (held("safety_kinds", 0.5, False), held("safety_kinds", 0.1, False), 8),  # broken before as well
        (held("safety_kinds", 1.0, True), held("ndcg", 0.1, False), 8),  # another gate than its own
        (held("safety_kinds", 1.0, True), held("safety_kinds", 0.8, False), 4),  # four of twenty may be chance
    ],
)
def test_a_fault_is_missed_where_nothing_proves_it(before, after, broken):
    verdict = judge(named("safety screen"), with_kinds(20, 0, before), with_kinds(20, broken, after))
    assert not verdict.is_found


def test_every_gate_that_should_find_a_fault_stands_in_the_gates_of_the_bench():
    suite = with_gates(load_suite(SUITE), GATES, is_release=True)
    always = {"citations_valid"}  # held whatever a suite says
    assert all(regression.gates & (set(suite.gates) | always) for regression in REGRESSIONS)


def test_a_fault_is_looked_for_in_the_suites_made_to_find_it_and_their_gates_can():
    ours = [load_suite(path) for path in sorted(SUITE.parent.glob("*.yaml")) if path.name in OURS]
    for regression in REGRESSIONS:
        mine = regression.of(ours)
        assert mine
        if not regression.suites & {"dev"}:
            assert {suite.name for suite in mine} == regression.suites
            gates = {gate for suite in mine for gate in suite.gates} | {"citations_valid"}
            assert regression.gates & gates, regression.name
    assert named("safety screen").of(ours[:1]) == tuple(ours[:1])  # another suite, named by hand
