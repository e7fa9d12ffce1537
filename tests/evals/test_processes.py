"""Several processes play one suite on copies of one build; real library, real processes."""

import logging
import os
import threading
from contextlib import closing
from pathlib import Path

import pytest

import knowledge
from evals import processes
from evals.library import open_throwaway
from evals.processes import run_with_helpers
from evals.run import Player, run_cases
from evals.suite import load_suite

DEMO = Path(knowledge.__file__).parent / "library"
SUITES = Path(__file__).parents[2] / "evals" / "suites"
CASES = load_suite(SUITES / "demo.yaml").cases[:12]
PATIENCE = 90  # seconds for a process to begin on a busy machine

pytestmark = [pytest.mark.slow, pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core: no helpers")]


@pytest.fixture(scope="module")
def cache():
    return DEMO.parents[1] / "var" / "evals-cache"  # the demo's build, where other tests keep it too


@pytest.fixture(scope="module")
def demo(cache):
    services, built = open_throwaway(DEMO, cache)
    with closing(services):
        yield services, built


@pytest.fixture(scope="module")
def alone(demo):
    services, built = demo
    return run_cases(services, CASES, built.labels)


@pytest.fixture(autouse=True)
def worth_it(monkeypatch):
    monkeypatch.setattr(processes, "WORTH_IT_FROM", 1)


def scored(results):
    return [(c.id, c.scores, c.marks, c.findings, c.found, c.checks, c.reply.confidences, c.error) for c in results]


def test_a_case_scores_the_same_in_whichever_process_it_is_played(demo, alone, cache, monkeypatch):
    services, built = demo
    finished: list[str] = []
    helped = threading.Event()

    class Waiting(Player):
        """This process's own lane begins when the helper has played a case."""

        def play(self, case):
            assert helped.wait(PATIENCE)
            return super().play(case)

    def told(result):
        finished.append(result.id)
        helped.set()

    monkeypatch.setattr(processes, "Player", Waiting)
    results = run_with_helpers(services, CASES, built.labels, 2, told, (built.key, cache))
    assert scored(results) == scored(alone)
    assert sorted(finished) == sorted(case.id for case in CASES)


def test_a_helper_that_cannot_begin_leaves_its_cases_to_this_process(demo, alone, tmp_path, caplog):
    services, built = demo
    finished: list[str] = []
    with caplog.at_level(logging.WARNING):
        results = run_with_helpers(
            services, CASES, built.labels, 2, lambda result: finished.append(result.id), ("gone", tmp_path)
        )
    assert scored(results) == scored(alone)
    assert len(finished) == len(CASES)
    assert "has died" in caplog.text


def test_what_stops_the_run_stops_every_lane(demo, cache):
    services, built = demo

    def full(_result):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        run_with_helpers(services, CASES, built.labels, 2, full, (built.key, cache))
