"""`hcp evals calibrate`: play suites, fit both models, judge them on labels they never saw, write when asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from rich.console import Console

import assistant.composing.confidence
import assistant.composing.rank
from evals.calibrate import (
    RANKING_SCALE,
    Material,
    as_json,
    first_gold,
    fit_confidence,
    fit_ranking,
    gather,
    judged_confidence,
    judged_ranking,
)
from evals.errors import SuiteError
from evals.library import open_throwaway
from evals.refusing import expected_calibration_error
from evals.session import shown_progress
from evals.silence import PER_LABEL, SILENT, SPOKEN
from evals.types import Suite
from knowledge.types import Market

UNANSWERABLE = "not_in_label"


def calibrate(
    suites: Sequence[Suite],
    folder: Path,
    cache: Path,
    write: bool,  # noqa: FBT001 - the option as given
    talk: Console,
    judged: Mapping[tuple[str, str], bool] | None = None,
) -> dict[str, float]:
    """The figures of both models; with `write`, both files are replaced. `judged`: what people said of replies.

    The confidence is fitted on what the ranking of before composed: run it again until they settle.

    Raises SuiteError when no case gives anything to learn from, LibraryError when the library cannot be built.
    """
    cases = [case for suite in suites for case in suite.cases]
    with shown_progress(talk) as progress:
        services, built = open_throwaway(folder, cache, lambda *_: None)
        task = progress.add_task("playing", total=len(cases) + PER_LABEL * len(built.labels))
        with closing(services):
            threshold = services.policies[Market.US].thresholds.answer
            material = gather(services, cases, built.labels, lambda: progress.advance(task), judged)
    if not material.ranked or not material.sure:
        raise SuiteError("none of the cases has a label, gold quotes and an answer: there is nothing to learn from.")
    if write:
        _write(material, f"hcp evals calibrate on {', '.join(s.name for s in suites)} ({len(cases)} cases)")
    return _figures(material, threshold)


def _write(material: Material, made_by: str) -> None:
    ranking = as_json(material.ranking_names, fit_ranking(material.ranked), made_by, scale=RANKING_SCALE)
    assistant.composing.rank.DEFAULT.write_text(ranking, encoding="utf-8")
    weights, bias = fit_confidence(material.sure)
    confidence = as_json(material.confidence_names, weights, made_by, bias=bias)
    assistant.composing.confidence.DEFAULT.write_text(confidence, encoding="utf-8")


def _figures(material: Material, threshold: float) -> dict[str, float]:
    judged = judged_confidence(material.sure)
    silent = [p for draft, p in judged if draft.category == UNANSWERABLE]
    probed = [p for draft, p in judged if draft.category == SILENT]
    spoken = [(draft, p) for draft, p in judged if draft.category not in (UNANSWERABLE, SILENT, SPOKEN)]
    figures = {f"ranking, unseen labels: gold in first {n}": judged_ranking(material.ranked, n) for n in (1, 3, 5)}
    figures["ranking, fitted on all: gold in first 5"] = first_gold(material.ranked, fit_ranking(material.ranked), 5)
    figures["confidence, unseen labels: calibration error"] = (
        expected_calibration_error([(p, draft.is_answerable) for draft, p in judged]) or 0.0
    )
    figures["confidence: drafts that people judged"] = float(material.verdicts)
    figures["threshold in force"] = threshold
    figures["drafts right and at or above it"] = _share([d.is_right and p >= threshold for d, p in spoken])
    figures["answerable drafts below it"] = _share([p < threshold for _, p in spoken])
    figures["drafts on a silent label below it"] = _share([p < threshold for p in silent])
    figures["probes of silent labels below it"] = _share([p < threshold for p in probed])
    return figures


def _share(flags: Sequence[bool]) -> float:
    return float(np.mean(flags)) if flags else 0.0
