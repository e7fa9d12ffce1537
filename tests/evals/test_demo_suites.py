"""Our suites on the demo brand: every gate holds, on every change."""

from pathlib import Path

import pytest
from rich.console import Console

import knowledge
from evals.session import Selection, evaluate
from evals.suite import load_suite

DEMO = Path(knowledge.__file__).parent / "library"
SUITES = Path(__file__).parents[2] / "evals" / "suites"
NAMES = ("safety", "grounding", "retrieval", "handoff", "misuse", "balance", "follow_up", "conditions")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    suites = [load_suite(SUITES / f"{name}.yaml") for name in NAMES]
    return evaluate(suites, DEMO, tmp_path_factory.mktemp("cache"), Selection(), 1, Console(quiet=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_suite_says_who_stands_behind_it_and_why(name):
    suite = load_suite(SUITES / f"{name}.yaml")
    assert suite.name == name
    assert suite.owner
    assert suite.purpose
    assert suite.gates
    assert len(suite.cases) >= 9


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_gate_of_a_suite_holds(played, name):
    gates = [gate for gate in played.gates if gate.suite == name]
    assert len(gates) > 1
    assert not [f"{gate.metric}: {gate.value} not {gate.bound}" for gate in gates if not gate.passed]


@pytest.mark.slow
def test_no_case_raises(played):
    assert not [(case.id, case.error) for case in played.cases if case.error]
