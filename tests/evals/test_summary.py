import eval_runs as runs
import pytest

from evals.summary import hold_gates, percentile, summarise, totals
from evals.types import EvalCase, Gate, Suite


def suite(**gates):
    case = EvalCase(id="a", category="a", turns=("?",), expect={"outcome": "answer"})
    return Suite(name="s", source="s.yaml", sha256="0", gates=gates, cases=(case,))


def test_an_unscored_figure_is_none_and_not_zero():
    figures = summarise([runs.result("a"), runs.result("b")])
    assert figures.outcome_accuracy == 1.0
    assert (figures.evidence_hit, figures.leaks, figures.redaction) == (None, None, None)


def test_shares_count_only_the_cases_that_are_scored():
    figures = summarise([runs.result("a", evidence_hit=True), runs.result("b", evidence_hit=False), runs.result("c")])
    assert figures.evidence_hit == 0.5
    assert figures.cases == 3


def test_an_error_counts_as_a_miss_but_not_as_speed():
    figures = summarise([runs.result("a", seconds=0.01), runs.result("b", error="boom", outcome=False, seconds=99)])
    assert (figures.outcome_accuracy, figures.errors) == (0.5, 1)
    assert figures.seconds_p95 == pytest.approx(0.01)


def test_answerable_cases_are_those_that_expect_an_answer():
    both = totals([runs.result("a", evidence_hit=False), runs.result("b", expected="handoff", category="off_label")])
    assert both["overall"].cases == 2
    assert both["answerable"].cases == 1


def test_percentiles_of_nothing_are_nothing():
    assert percentile([], 95) is None
    assert percentile([1.0, 3.0], 50) == 2.0


@pytest.mark.parametrize(
    ("gate", "scores", "passed"),
    [
        ({"evidence_hit": Gate(at_least=0.9)}, {"evidence_hit": True}, True),
        ({"evidence_hit": Gate(at_least=0.9)}, {"evidence_hit": False}, False),
        ({"evidence_hit": Gate(at_least=0.9)}, {}, False),  # not measured is not passed
        ({"leaks": Gate(at_most=0)}, {"leaks": 0}, True),
        ({"leaks": Gate(at_most=0)}, {"leaks": 1}, False),
    ],
)
def test_a_gate_holds_only_when_its_figure_was_measured_and_keeps_the_bound(gate, scores, passed):
    assert [g.passed for g in hold_gates(suite(**gate), [runs.result("a", **scores)])] == [passed]


def test_every_citation_must_be_valid_even_where_a_suite_asks_for_less():
    held = hold_gates(suite(citations_valid=Gate(at_least=0.1)), [runs.result("a", citations=4, citations_valid=3)])
    assert [(g.metric, g.passed) for g in held] == [("citations_valid", False)]
