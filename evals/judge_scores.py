"""ragas' judge metrics as scorers (`hcp evals run --judge`): a model reads question, passages and answer.

Import this module only where they are wanted. Each metric is asked several times; the mark is the mean, with the
spread and what it took. A judge that fails once leaves its mark unscored: half a series is not told as a whole one.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Callable, Sequence
from statistics import fmean, pstdev
from typing import Any

os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # before it is imported: nothing is told to anybody

from evals.errors import EvalError
from evals.judge_model import Judge, JudgeFailed
from evals.scorers import Played, Scorer
from evals.types import EvalCase, Mark, OutcomeName, ReplyRecord
from knowledge.ports import Embedder

try:
    from ragas import __version__ as ragas_version
    from ragas.embeddings.base import BaseRagasEmbedding
    from ragas.llms.base import InstructorBaseRagasLLM
    from ragas.metrics.collections import (
        AnswerRelevancy,
        ContextPrecision,
        ContextRecall,
        FactualCorrectness,
        Faithfulness,
        NoiseSensitivity,
    )
except ImportError as missing:
    raise EvalError(
        f"ragas cannot be used ({missing}). Install the extra: pip install 'hcp-assistant[evals]'."
    ) from None

VERSION = f"ragas {ragas_version}, 1"


class _Asking(InstructorBaseRagasLLM):  # type: ignore[misc]  # ragas is not followed by mypy
    """The judge as ragas asks it, for one of the repeated runs."""

    def __init__(self, judge: Judge, seed: int) -> None:
        self._judge, self._seed = judge, seed
        self.tokens = 0

    def generate(self, prompt: str, response_model: type[Any]) -> Any:
        found, tokens = self._judge.ask(prompt, response_model, self._seed)
        self.tokens += tokens
        return found

    async def agenerate(self, prompt: str, response_model: type[Any]) -> Any:
        return self.generate(prompt, response_model)


class _Embedding(BaseRagasEmbedding):  # type: ignore[misc]  # ragas is not followed by mypy
    """The library's own embedder, for the likeness of two questions."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__()
        self._embedder = embedder

    def embed_text(self, text: str, **_: Any) -> list[float]:
        return [float(x) for x in self._embedder.embed_query(text)]

    async def aembed_text(self, text: str, **_: Any) -> list[float]:
        return self.embed_text(text)


Metric = Callable[[_Asking], Any]
Given = Callable[[Played, ReplyRecord], dict[str, Any]]


def judge_scorers(judge: Judge, embedder: Embedder) -> tuple[Scorer, ...]:
    """The judge metrics of ragas, asked of this judge; answer relevancy compares questions with `embedder`."""
    likeness = _Embedding(embedder)

    def scorer(name: str, rule: str, metric: Metric, given: Sequence[str], *, gold: bool, best: float = 1.0) -> Scorer:
        def mark(played: Played, reply: ReplyRecord) -> Mark:
            return _judged(judge, metric, {k: v for k, v in _given(judge, played, reply).items() if k in given}, best)

        return Scorer(
            f"judge_{name}", f"{VERSION}, {judge.settings.pinned}", rule, mark, _has_gold if gold else _always
        )

    asked, said, found, gold = "user_input", "response", "retrieved_contexts", "reference"
    return (
        scorer(
            "faithfulness",
            "claims that the passages support",
            Faithfulness,
            (asked, said, found),
            gold=False,
        ),
        scorer(
            "answer_relevancy",
            "questions the answer would answer are like the one asked",
            lambda m: AnswerRelevancy(m, likeness),
            (asked, said),
            gold=False,
        ),
        scorer(
            "context_precision",
            "useful passages above useless ones",
            ContextPrecision,
            (asked, gold, found),
            gold=True,
        ),
        scorer(
            "context_recall",
            "claims of the gold text that the passages support",
            ContextRecall,
            (asked, gold, found),
            gold=True,
        ),
        scorer(
            "factual_correctness",
            "claims of the gold text that the answer makes",
            lambda m: FactualCorrectness(m, mode="recall"),
            (said, gold),
            gold=True,
        ),
        scorer(
            "noise_sensitivity",
            "1 less ragas' figure: claims beside the gold text that passages led to",
            NoiseSensitivity,
            (asked, said, gold, found),
            gold=True,
            best=0.0,
        ),
    )


def _given(judge: Judge, played: Played, reply: ReplyRecord) -> dict[str, Any]:
    quotes = played.case.expect.quotes  # alternatives: the first is the gold text
    return {
        "user_input": played.case.turns[-1],
        "response": reply.answer_text if OutcomeName.ANSWER in reply.outcomes else "",
        "retrieved_contexts": list(played.kept.found[: judge.settings.passages]),
        "reference": quotes[0] if quotes else "",
    }


def _judged(judge: Judge, metric: Metric, given: dict[str, Any], best: float) -> Mark:
    """The mean of the repeated runs, with their spread; unscored, saying why, when one of them brings no figure."""
    empty = [name for name, value in given.items() if not value]
    if empty:
        return Mark(value=None, reason=f"nothing to judge: no {', '.join(empty)}")
    values, tokens = [], 0
    for repeat in range(judge.settings.repeats):
        asking = _Asking(judge, repeat + 1)
        try:
            value = float(asyncio.run(metric(asking).ascore(**given)).value)
        except JudgeFailed as failed:
            return Mark(value=None, reason=f"unscored, run {repeat + 1}: {failed}")
        except Exception as error:  # noqa: BLE001 - what ragas makes of a strange reply is no verdict either
            return Mark(value=None, reason=f"unscored, run {repeat + 1}: {type(error).__name__}: {error}")
        if math.isnan(value):
            return Mark(value=None, reason=f"unscored, run {repeat + 1}: the judge found nothing to count")
        values.append(min(1.0, max(0.0, abs(1 - best - value))))
        tokens += asking.tokens
    told = ", ".join(f"{value:.2f}" for value in values)
    return Mark(value=fmean(values), reason=f"{told}; {tokens} tokens", spread=pstdev(values))


def _always(_case: EvalCase) -> bool:
    return True


def _has_gold(case: EvalCase) -> bool:
    return bool(case.expect.quotes)
