"""Fit the two small models of the answer: which unit to quote (ranking), and how sure to be (confidence).

Both are linear in documented features and are stored as JSON beside the code that uses them. They are
fitted on the turns of suites played through the whole assistant, and judged by cross-validation over
labels: no label is ever in both the part fitted on and the part judged on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.bootstrap import Services
from assistant.composing.rank import Asked, weigh
from assistant.composing.reading import Reading
from assistant.records import Interaction
from assistant.say import plain_text
from assistant.turn.compose import name_stems
from assistant.types import Draft, PartKind
from evals.run import play, resolve_product
from evals.score import reduced
from evals.silence import ask, probes
from evals.store.judgements import text_sha256
from evals.types import EvalCase
from knowledge.types import ProductNames

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
FOLDS = 5
PROBE_WEIGHT = 0.1  # of a draft on a question of the bank: there are some four times as many as of the dev bench's
SILENT_WEIGHT = 1.25  # of a case whose label is silent: an answer beside the point costs more than a hand-off too many
RANKING_SCALE = 0.25  # brings the fitted weights to the size the choosing constants were set for


@dataclass(frozen=True)
class Ranked:
    """The candidates of one question: a feature row each, and which of them hold the gold quote."""

    group: str  # the label, so that folds do not share one
    rows: Floats
    gold: Flags


@dataclass(frozen=True)
class Sure:
    """One composed draft: its features, and whether it shows the gold quote."""

    group: str
    category: str
    values: tuple[float, ...]
    is_right: bool  # shows the gold quote
    is_answerable: bool = True  # the label answers the question at all: what the confidence is about
    weight: float = 1.0  # how much it counts when fitting


@dataclass(frozen=True)
class Material:
    """What playing the suites gave to fit on."""

    ranking_names: tuple[str, ...]
    ranked: tuple[Ranked, ...]
    confidence_names: tuple[str, ...]
    sure: tuple[Sure, ...]
    verdicts: int = 0  # drafts whose rightness a person told


def gather(
    services: Services,
    cases: Sequence[EvalCase],
    labels: Mapping[str, ProductNames],
    on_case: Callable[[], None],
    judged: Mapping[tuple[str, str], bool] | None = None,
) -> Material:
    """Play every case that has a label, then the probes; take the candidates and drafts of the last turn.

    `judged` holds what people said of replies, by case id and hash of the reply's text (`judgements.settled`): of the
    very reply they saw, their word counts and not the gold quotes'.
    """
    used = 0
    ranked: list[Ranked] = []
    sure: list[Sure] = []
    ranking_names: tuple[str, ...] = ()
    confidence_names: tuple[str, ...] = ()
    for case in cases:
        on_case()
        if case.label is None:
            continue
        interaction = play(services, case, resolve_product(services, case, labels))[0][-1]
        quotes = [reduced(quote) for quote in case.expect.quotes]
        for names, candidates in _candidates(services, interaction, quotes, case.label):
            ranking_names = names
            if candidates.gold.any():
                ranked.append(candidates)
        drafts, said = _drafts(interaction, quotes, verdict=(judged or {}).get(_key(case, interaction)))
        used += said
        is_answerable = "answer" in (case.expect.outcome, *case.expect.also)
        for draft, is_right in drafts:
            confidence_names = tuple(draft.features)
            counts = 1.0 if is_answerable else SILENT_WEIGHT
            sure.append(
                Sure(case.label, case.category, tuple(draft.features.values()), is_right, is_answerable, counts)
            )
    for probe in probes(services, labels) if sure else ():
        on_case()
        answerable = not probe.is_silent
        sure += [
            Sure(probe.case.label or "", probe.case.category, tuple(held.values()), right, answerable, PROBE_WEIGHT)
            for held, right in ask(services, probe)
        ]
    return Material(ranking_names, tuple(ranked), confidence_names, tuple(sure), used)


def _key(case: EvalCase, interaction: Interaction) -> tuple[str, str]:
    """What a verdict knows a reply by."""
    return case.id, text_sha256(plain_text(interaction.reply))


def _drafts(
    interaction: Interaction, quotes: Sequence[str], *, verdict: bool | None
) -> tuple[list[tuple[Draft, bool]], int]:
    """The drafts to learn from and whether each is right; and how many of those a person told."""
    drafts = [(d, _shows(interaction, d.part, quotes)) for d in interaction.drafts]
    if quotes and len(drafts) > 1:  # a question in two parts is right once
        drafts = [max(drafts, key=lambda pair: pair[1])]
    if verdict is not None and len(drafts) == 1:
        return [(drafts[0][0], verdict)], 1
    return drafts, 0


def _candidates(
    services: Services, interaction: Interaction, quotes: Sequence[str], group: str
) -> list[tuple[tuple[str, ...], Ranked]]:
    found = []
    for evidence in interaction.evidence:
        if evidence.result is None or not evidence.result.passages or interaction.understanding is None:
            continue
        part = interaction.understanding.parts[evidence.part]
        keys = {(s.passage.document_id, s.passage.version) for s in evidence.result.passages}
        readings = {key: services.assistant.readings.of(services.knowledge.document(*key)) for key in keys}
        asked = Asked.of(part, name_stems(readings), readings.values())
        weighed = weigh(asked, evidence.result.passages, readings)
        rows = np.array([list(w.features.values()) for w in weighed])
        names = tuple(weighed[0].features)
        gold = np.array([_is_gold(w.reading, w.unit.index, quotes) for w in weighed], dtype=np.bool_)
        found.append((names, Ranked(group, rows, gold)))
    return found


def _is_gold(reading: Reading, index: int, quotes: Sequence[str]) -> bool:
    """Whether a unit holds a quote, lies within one, or is where one that goes on begins."""
    units = reading.document.units
    text = reduced(reading.text_of(units[index]))
    beyond = units[min(index + 2, len(units) - 1)].end
    further = reduced(reading.document.text[units[index].start : beyond])
    return any(
        quote in text or (len(text.split()) > 4 and text in quote) or 0 <= further.find(quote) < len(text)  # noqa: PLR2004 - a few words stand anywhere
        for quote in quotes
    )


def _shows(interaction: Interaction, part: int, quotes: Sequence[str]) -> bool:
    draft = next(d for d in interaction.drafts if d.part == part)
    if interaction.understanding is None or interaction.understanding.parts[part].kind is not PartKind.ON_LABEL:
        return False
    safety = {p.citation for p in draft.safety_information.pieces} if draft.safety_information else set()
    shown = [reduced(c.shown) for number, c in enumerate(draft.citations) if number not in safety]
    return any(quote in text for quote in quotes for text in shown)


def fit_ranking(questions: Sequence[Ranked], steps: int = 600, decay: float = 0.02) -> Floats:
    """Weights that put gold units first: softmax over each question's candidates, Adam, L2 decay."""
    weights = np.zeros(questions[0].rows.shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        slope = decay * weights
        for question in questions:
            scores = question.rows @ weights
            mass = np.exp(scores - scores.max())
            mass /= mass.sum()
            wanted = mass * question.gold
            slope -= question.rows.T @ (wanted / wanted.sum() - mass) / len(questions)
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope * slope
        weights = weights - 0.05 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights


def first_gold(questions: Sequence[Ranked], weights: Floats, within: int) -> float:
    """Share of questions with a gold unit among the first `within`."""
    hits = [bool(q.gold[np.argsort(-(q.rows @ weights), kind="stable")[:within]].any()) for q in questions]
    return float(np.mean(hits)) if hits else 0.0


def fit_confidence(drafts: Sequence[Sure], steps: int = 4000, decay: float = 0.1) -> tuple[Floats, float]:
    """Logistic regression with L2 decay, each draft by its weight: weights and bias, on standardised features.

    What is fitted is whether the label answers the question at all; which sentence of it does is the ranking's
    affair, and fitting both at once made silent labels harder to tell. The decay did best on whole suites left out,
    each written by somebody else; labels left out of one suite flatter a weaker one.
    """
    rows = np.array([d.values for d in drafts])
    answerable = np.array([d.is_answerable for d in drafts], dtype=float)
    counts = np.array([d.weight for d in drafts])
    counts = counts / counts.mean()
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = (rows - mean) / spread
    weights, bias = np.zeros(rows.shape[1]), 0.0
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-(scaled @ weights + bias)))
        slope = counts * (chance - answerable)
        weights = weights - 0.1 * (scaled.T @ slope / len(drafts) + decay * weights)
        bias -= 0.1 * float(slope.mean())
    return weights / spread, float(bias - (weights * mean / spread).sum())


def folds(groups: Sequence[str]) -> list[set[str]]:
    """The groups dealt into folds, always the same way."""
    names = sorted(set(groups))
    return [set(names[start::FOLDS]) for start in range(min(FOLDS, len(names)))]


def judged_ranking(questions: Sequence[Ranked], within: int) -> float:
    """Share of gold among the first `within`, each question judged by weights that never saw its label."""
    total = 0.0
    for held_out in folds([q.group for q in questions]):
        learned = [q for q in questions if q.group not in held_out]
        judged = [q for q in questions if q.group in held_out]
        if learned and judged:
            total += first_gold(judged, fit_ranking(learned, steps=300), within) * len(judged)
    return total / len(questions)


def judged_confidence(drafts: Sequence[Sure]) -> list[tuple[Sure, float]]:
    """Every draft with the probability given by a model that never saw its label."""
    judged: list[tuple[Sure, float]] = []
    for held_out in folds([d.group for d in drafts]):
        learned = [d for d in drafts if d.group not in held_out]
        weights, bias = fit_confidence(learned)
        for draft in drafts:
            if draft.group in held_out:
                total = float(np.dot(weights, draft.values)) + bias
                judged.append((draft, 1 / (1 + float(np.exp(-total)))))
    return judged


def as_json(names: Sequence[str], weights: Floats, made_by: str, bias: float | None = None, scale: float = 1.0) -> str:
    """A model file's text, weights in feature order."""
    held: dict[str, object] = {"made_by": made_by}
    if bias is not None:
        held["bias"] = round(bias, 4)
    held["weights"] = {name: round(float(w) * scale, 4) for name, w in zip(names, weights, strict=True)}
    return re.sub(r"\s+\n", "\n", json.dumps(held, indent=2)) + "\n"
