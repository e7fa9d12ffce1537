"""ragas' metrics that need no model, as scorers of ours (`hcp evals run --ragas`): text against text, offline.

Import this module only where they are wanted: ragas takes seconds and some 200 MB. Texts are reduced to lower-case runs
of letters and digits first, so that neither markup nor ragas' own cutting at full stops decides a figure.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # before it is imported: nothing is told to anybody

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio

from evals.errors import EvalError
from evals.score import reduced
from evals.scorers import Played, Scorer
from evals.types import EvalCase, Mark, OutcomeName, ReplyRecord

try:
    from ragas import SingleTurnSample
    from ragas import __version__ as ragas_version
    from ragas.metrics._context_precision import NonLLMContextPrecisionWithReference
    from ragas.metrics._context_recall import NonLLMContextRecall
    from ragas.metrics.base import SingleTurnMetric
    from ragas.metrics.collections import (
        BleuScore,
        CHRFScore,
        ExactMatch,
        NonLLMStringSimilarity,
        QuotedSpansAlignment,
        RougeScore,
        StringPresence,
    )
except ImportError as missing:
    raise EvalError(
        f"ragas cannot be used ({missing}). Install the extra: pip install 'hcp-assistant[evals]'."
    ) from None

# A passage of a thousand characters is never like a quote of sixty by edit distance, which is what ragas compares by;
# ours looks for the quote's best place in the passage. Unrelated English shares half its letters: 0.5 would be no bar.
HELD = 0.9
VERSION = f"ragas {ragas_version}, 1"


@dataclass
class _Held(SingleTurnMetric):  # type: ignore[misc]  # ragas is not followed by mypy
    """How well a passage (reference) holds a quote (response): 1 where it stands there word for word."""

    name: str = "held"

    def init(self, run_config: Any) -> None:
        """Nothing to prepare."""

    async def _single_turn_ascore(self, sample: Any, callbacks: Any) -> float:  # noqa: ARG002 - ragas' signature
        quote, passage = sample.response, sample.reference
        return partial_ratio(quote, passage) / 100 if len(quote) <= len(passage) else 0.0

    async def _ascore(self, row: dict[str, Any], callbacks: Any) -> float:
        return await self._single_turn_ascore(SingleTurnSample(**row), callbacks)


def ragas_scorers() -> tuple[Scorer, ...]:
    """Every metric of ragas that needs no model and fits quoted answers; each mark is ragas' own figure."""
    precision = NonLLMContextPrecisionWithReference(distance_measure=_Held(), threshold=HELD)
    recall = NonLLMContextRecall(_distance_measure=_Held(), threshold=HELD)
    nearest = "of the gold quote and the cited span most like it"
    return (
        _scorer("context_precision", "passages with gold above those without", _contexts(precision), _has_gold),
        _scorer("context_recall", "gold quotes that the passages found hold", _contexts(recall), _has_gold),
        _scorer("string_similarity", f"edit similarity {nearest}", _pair(NonLLMStringSimilarity()), _has_gold),
        _scorer("exact_match", f"equality {nearest}", _pair(ExactMatch()), _has_gold),
        _scorer("bleu", f"BLEU {nearest}", _pair(BleuScore()), _has_gold),
        _scorer("chrf", f"chrF {nearest}", _pair(CHRFScore()), _has_gold),
        _scorer("rouge", f"ROUGE-L recall {nearest}", _pair(RougeScore(mode="recall")), _has_gold),
        _scorer("string_presence", "indispensable strings in the answer", _presence, _has_strings),
        _scorer("quoted_spans", "cited spans that the passages found hold word for word", _quoted, _has_gold),
    )


def _scorer(
    name: str, rule: str, judge: Callable[[Played, ReplyRecord], Mark], asks: Callable[[EvalCase], bool]
) -> Scorer:
    return Scorer(f"ragas_{name}", VERSION, rule, judge, asks)


def _contexts(metric: Any) -> Callable[[Played, ReplyRecord], Mark]:
    def judge(played: Played, _reply: ReplyRecord) -> Mark:
        quotes, found = _all_reduced(played.case.expect.quotes), _all_reduced(played.kept.found)
        if not found:
            return Mark(value=0.0, reason="no passage was found")
        sample = SingleTurnSample(retrieved_contexts=found, reference_contexts=quotes)
        value = _run(metric.single_turn_ascore(sample))
        return Mark(value=min(1.0, float(value)), reason=f"{len(quotes)} gold quotes, {len(found)} passages found")

    return judge


def _pair(metric: Any) -> Callable[[Played, ReplyRecord], Mark]:
    def judge(played: Played, reply: ReplyRecord) -> Mark:
        pairs = [(q, s) for q in played.case.expect.quotes for s in (c.quote for c in reply.citations)]
        if OutcomeName.ANSWER not in reply.outcomes or not pairs:
            return Mark(value=None, reason="no answer to compare")
        texts = ((reduced(quote), reduced(span)) for quote, span in pairs)
        quote, span = max(texts, key=lambda pair: Levenshtein.normalized_similarity(*pair))
        value = float(_run(metric.ascore(reference=quote, response=span)).value)
        return Mark(value=min(1.0, max(0.0, value)), reason=f"{quote[:60]!r} beside {span[:60]!r}")

    return judge


def _presence(played: Played, reply: ReplyRecord) -> Mark:
    if OutcomeName.ANSWER not in reply.outcomes:
        return Mark(value=None, reason="no answer to compare")
    metric, answer = StringPresence(), reduced(reply.answer_text)
    wanted = played.case.expect.must_include
    held = [_run(metric.ascore(reference=reduced(text), response=answer)).value for text in wanted]
    return Mark(value=sum(held) / len(held), reason=f"{sum(held):.0f} of {len(held)} strings stand in the answer")


def _quoted(played: Played, reply: ReplyRecord) -> Mark:
    spans = [text for c in reply.citations if len((text := reduced(c.quote)).split()) >= 3]  # noqa: PLR2004 - ragas' own least
    if OutcomeName.ANSWER not in reply.outcomes or not spans:
        return Mark(value=None, reason="no span of three words is cited")
    said = " ".join(f'"{span}"' for span in spans)
    done = _run(QuotedSpansAlignment().ascore(response=said, retrieved_contexts=_all_reduced(played.kept.found)))
    return Mark(value=float(done.value), reason=str(done.reason))


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def _all_reduced(texts: tuple[str, ...]) -> list[str]:
    return [reduced(text) for text in texts]


def _has_gold(case: EvalCase) -> bool:
    return bool(case.expect.quotes)


def _has_strings(case: EvalCase) -> bool:
    return bool(case.expect.must_include)
