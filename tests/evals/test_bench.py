"""The whole path, played and scored: the demo brand's suite as a gate, and a small slice of the bench."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

import knowledge
from evals.bench_screens import Measuring
from evals.cache import VECTORS, carry_embeddings
from evals.compare import compare
from evals.latency_library import sized_library
from evals.library import open_throwaway
from evals.regressions import REGRESSIONS
from evals.run import resolve_product, run_cases
from evals.screens_report import Message
from evals.session import Resume, Selection, evaluate
from evals.suite import load_suite, with_gates
from evals.types import EvalCase
from knowledge.types import ProductNames

DEMO = Path(knowledge.__file__).parent / "library"
SUITES = Path(__file__).parents[2] / "evals" / "suites"
CASES = 12
QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    made_before = DEMO.parents[1] / "var" / "evals-cache" / VECTORS
    carry_embeddings(made_before, folder / VECTORS)  # where this machine has embedded the same texts already
    return folder


@pytest.fixture(scope="module")
def demo(cache):
    return evaluate([load_suite(SUITES / "demo.yaml")], DEMO, cache, Selection(), 1, QUIET)


@pytest.mark.slow
def test_the_demo_suite_keeps_its_gates(demo):
    assert not [f"{gate.metric}: {gate.value} not {gate.bound}" for gate in demo.gates if not gate.passed]


@pytest.mark.slow
def test_no_demo_case_raises_and_every_citation_holds(demo):
    assert not [(case.id, case.error) for case in demo.cases if case.error]
    assert demo.totals["overall"].citations_valid == 1.0


@pytest.mark.slow
def test_a_run_says_what_ran(demo):
    record = demo.run
    assert record.documents == 5
    assert record.release.startswith("release_")
    assert record.policy
    assert record.models
    assert record.packages["hcp-assistant"]
    assert "secret" not in json.dumps(record.settings["vault"]) or "****" in json.dumps(record.settings["vault"])


def judged(run):
    """All of a run that is scored: without ids drawn at random and without seconds."""
    return [
        (c.id, c.scores, c.marks, c.findings, c.reply.citations, c.reply.confidences, c.reply.answer_text)
        for c in run.cases
    ]


@pytest.mark.slow
def test_the_same_run_twice_gives_the_same_scores_bit_for_bit_however_many_work_at_it(demo, cache):
    again = evaluate([load_suite(SUITES / "demo.yaml")], DEMO, cache, Selection(), 2, QUIET)
    assert judged(again) == judged(demo)
    first, second = demo.totals["overall"], again.totals["overall"]
    assert (first.marks, first.intervals, first.aurc) == (second.marks, second.intervals, second.aurc)
    assert demo.run.code == again.run.code
    assert demo.run.scorers == again.run.scorers
    compared = compare(demo, again)
    assert compared.refusals == ()
    assert {figure.difference.p for figure in compared.figures} == {1.0}


@pytest.mark.slow
def test_a_run_cut_short_goes_on_with_the_cases_that_are_missing(demo, cache, tmp_path, monkeypatch):
    suite = load_suite(SUITES / "demo.yaml")
    chosen = Selection(cases=tuple(case.id for case in suite.cases[:4]))
    stopped = Resume(tmp_path / "j", wanted=True)

    def killed(*arguments):
        on_case = arguments[4]
        for result in demo.cases[:3]:
            on_case(result)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("evals.session.run_cases", killed)
        with pytest.raises(KeyboardInterrupt):
            evaluate([suite], DEMO, cache, chosen, 1, QUIET, stopped)
    played = []

    def counted(services, cases, *rest):
        played.extend(case.id for case in cases)
        return run_cases(services, cases, *rest)

    monkeypatch.setattr("evals.session.run_cases", counted)
    whole = evaluate([suite], DEMO, cache, chosen, 1, QUIET, stopped)
    assert played == [suite.cases[3].id]
    assert judged(whole) == judged(demo)[:4]
    assert not (tmp_path / "j").exists()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["safety screen off", "shuffled citations", "answer threshold raised"])
def test_a_planted_fault_breaks_the_gate_that_should_find_it_and_is_gone_afterwards(demo, cache, fault):
    regression = next(one for one in REGRESSIONS if one.name == fault)
    suite = with_gates(load_suite(SUITES / "demo.yaml"), None, is_release=True)
    planted = evaluate([suite], DEMO, cache, Selection(), 2, QUIET, plant=regression.plant)
    wanted = {gate.metric for gate in planted.gates if not gate.passed} & regression.gates
    assert wanted
    assert not {gate.metric for gate in demo.gates if not gate.passed} & wanted


@pytest.mark.slow
def test_a_slice_of_the_bench_runs_to_the_end_on_real_labels(shared, cache, tmp_path):
    cases = [case for case in load_suite(shared / "bench" / "dev.jsonl").cases if case.label]
    labels = list(dict.fromkeys(case.label for case in cases))[:3]
    for name in labels:
        shutil.copy(shared / "data" / "labels" / "openfda" / name, tmp_path / name)
    mine = [case.id for case in cases if case.label in labels][:CASES]
    suite = load_suite(shared / "bench" / "dev.jsonl")
    run = evaluate([suite], tmp_path, cache, Selection(cases=tuple(mine)), 2, QUIET)
    assert [case.id for case in run.cases] == [c.id for c in suite.cases if c.id in mine]
    assert not [(case.id, case.error) for case in run.cases if case.error]
    assert all(gate.passed for gate in run.gates)  # every citation holds
    assert run.totals["answerable"].retrieval_hit >= 0.8
    assert run.totals["answerable"].evidence_hit >= 0.3  # a handful of cases: the whole bench is measured by itself


@pytest.mark.slow
def test_a_case_is_scoped_by_the_librarys_own_name(cache):
    services, built = open_throwaway(DEMO, cache)
    us = "nelvoris-us-prescribing-information.xml"

    def case(**fields):
        return EvalCase(id="a", category="a", turns=("?",), expect={"outcome": "answer"}, **fields)

    with closing(services):
        assert resolve_product(services, case(product="NELVORIS"), built.labels) == "Nelvoris"
        assert resolve_product(services, case(product=None, label=us), built.labels) is None
        assert resolve_product(services, case(product="Other name", label=us), built.labels) == "Nelvoris"
        other = {"x.xml": ProductNames(product="Elsewhere")}
        with pytest.raises(Exception, match="holds no product 'Unheard'"):
            resolve_product(services, case(product="Unheard"), other)


@pytest.mark.slow
def test_a_library_of_a_given_size_is_filled_and_its_large_product_answers(cache):
    library = sized_library(DEMO, 600, cache, lambda what, done, total: None)
    with closing(library.services):
        assert library.passages == 600
        assert library.large_passages >= 180
        assert library.services.knowledge.check().is_healthy


def test_a_message_is_looked_at_by_all_screens_and_timed_apart_from_its_encoding(cache):
    services, _ = open_throwaway(DEMO, cache)
    try:
        measuring = Measuring(services)
        spent = measuring.measure(Message(id="a", text="pt had a rash on it - dose in CKD?", product="Nelvoris"))
    finally:
        services.close()
    assert spent.failed == 0
    assert {"masking", "safety", "misuse", "against the label"} <= set(spent.parts)
    assert all(seconds > 0 for seconds in (spent.processor, spent.wall, spent.encoding))
    assert sum(spent.parts.values()) == pytest.approx(spent.processor)
