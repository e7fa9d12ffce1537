"""Figures over groups of results, and the gates held against them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from evals.refusing import area_under_risk, expected_calibration_error, risk_coverage, stated
from evals.statistics import wilson
from evals.types import CaseResult, Gate, GateResult, Metric, OutcomeName, Scores, Suite, Summary


def summarise(results: Sequence[CaseResult]) -> Summary:
    """The figures of one group; a figure no case was scored on is None, not zero."""
    scores = [result.scores for result in results]
    seconds = [result.seconds for result in results if result.error is None]
    citations = sum(score.citations for score in scores)
    leaks = [score.leaks for score in scores if score.leaks is not None]
    words = [float(score.answer_words) for score in scores if score.answer_words is not None]
    return Summary(
        cases=len(results),
        outcome_accuracy=_share(scores, "outcome_accuracy"),
        evidence_hit=_share(scores, "evidence_hit"),
        retrieval_hit=_share(scores, "retrieval_hit"),
        completeness=_share(scores, "completeness"),
        leaks=sum(leaks) if leaks else None,
        redaction=_share(scores, "redaction"),
        safety_kinds=_share(scores, "safety_kinds"),
        safety_exact=_share(scores, "safety_exact"),
        citations_valid=sum(score.citations_valid for score in scores) / citations if citations else None,
        answer_words_p50=percentile(words, 50),
        handoff_rate=_share(scores, "handoff_rate"),
        seconds_p50=percentile(seconds, 50),
        seconds_p95=percentile(seconds, 95),
        errors=sum(result.error is not None for result in results),
        intervals=_intervals(scores, citations),
        marks=_means(results),
        aurc=area_under_risk(risk_coverage(stated(results))),
        calibration_error=expected_calibration_error(stated(results)),
    )


_SHARES: Mapping[str, Callable[[Scores], bool | None]] = {
    "outcome_accuracy": lambda s: s.outcome,
    "evidence_hit": lambda s: s.evidence_hit,
    "retrieval_hit": lambda s: None if s.retrieval_rank is None else s.retrieval_rank > 0,
    "completeness": lambda s: s.completeness,
    "redaction": lambda s: s.redaction,
    "safety_kinds": lambda s: s.safety_kinds,
    "safety_exact": lambda s: s.safety_exact,
    "handoff_rate": lambda s: s.handed_off,
}


def _intervals(scores: Sequence[Scores], citations: int) -> dict[str, tuple[float, float]]:
    """The 95 % interval of every share that was scored."""
    found: dict[str, tuple[float, float]] = {}
    for name, read in _SHARES.items():
        marks = [mark for score in scores if (mark := read(score)) is not None]
        if (interval := wilson(sum(marks), len(marks))) is not None:
            found[name] = interval
    if (interval := wilson(sum(score.citations_valid for score in scores), citations)) is not None:
        found["citations_valid"] = interval
    return found


def _means(results: Sequence[CaseResult]) -> dict[str, float]:
    """The mean of every scorer's marks, over the cases it scored."""
    names = dict.fromkeys(name for result in results for name in result.marks)
    values = {n: [v for r in results if n in r.marks and (v := r.marks[n].value) is not None] for n in names}
    return {name: sum(marks) / len(marks) for name, marks in values.items() if marks}


def by_category(results: Sequence[CaseResult]) -> dict[str, Summary]:
    """One summary a category, in order of first appearance."""
    names = dict.fromkeys(result.category for result in results)
    return {name: summarise([r for r in results if r.category == name]) for name in names}


def totals(results: Sequence[CaseResult]) -> dict[str, Summary]:
    """Over all cases, and over those whose expected outcome is an answer."""
    answerable = [result for result in results if result.expected is OutcomeName.ANSWER]
    return {"overall": summarise(results), "answerable": summarise(answerable)}


def hold_gates(suite: Suite, results: Sequence[CaseResult]) -> tuple[GateResult, ...]:
    """Hold a suite's gates, and that every citation is valid, which no suite may switch off."""
    gates = {Metric.CITATIONS_VALID: Gate(at_least=1.0), **suite.gates}
    gates[Metric.CITATIONS_VALID] = Gate(at_least=1.0)
    figures = summarise(results)
    held = []
    for metric, gate in gates.items():
        value = figure(figures, metric)
        if metric is Metric.CITATIONS_VALID and value is None:
            continue  # no citation was shown, so none is wrong
        bounds = [f"≥ {gate.at_least:g}" if gate.at_least is not None else ""]
        bounds += [f"≤ {gate.at_most:g}" if gate.at_most is not None else ""]
        held.append(
            GateResult(
                suite=suite.name,
                metric=metric,
                value=value,
                bound=" and ".join(b for b in bounds if b),
                passed=_keeps(value, gate),
            )
        )
    return tuple(held)


def figure(figures: Summary, metric: Metric) -> float | None:
    """The figure a gate is held against: a field of the summary, or the mean of a scorer's marks."""
    if metric.value in Summary.model_fields:
        value: float | None = getattr(figures, metric.value)
        return value
    return figures.marks.get(metric.value)


def _keeps(value: float | None, gate: Gate) -> bool:
    if value is None:
        return False
    above = gate.at_least is None or value >= gate.at_least
    return above and (gate.at_most is None or value <= gate.at_most)


def percentile(values: Iterable[float], share: float) -> float | None:
    """A percentile by linear interpolation; None of nothing."""
    numbers = list(values)
    return float(np.percentile(numbers, share)) if numbers else None


def _share(scores: Sequence[Scores], name: str) -> float | None:
    marks = [mark for score in scores if (mark := _SHARES[name](score)) is not None]
    return sum(marks) / len(marks) if marks else None
