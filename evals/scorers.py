"""Every scorer by name and version: a mark a case (None: unscored, which is not 0), each with its reason.

Marks are between 0 and 1, 1 best. A changed rule gets a new version; runs whose scorers differ are not compared.
Latency is told beside them (`seconds`, with its percentiles), since no two runs measure the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2

from evals.losses import ContextAudit
from evals.score import CitationAudit, Kept, evidence_hit, findings, leaked, outcome_is_right
from evals.types import EvalCase, Mark, OutcomeName, ReplyRecord

WORDS = 120  # an answer's own words before "more from the label"
DEPTH = 10  # passages that nDCG looks at
_BENEFIT = ("INDICATIONS", "CLINICAL STUDIES")  # sections whose statements tell what the medicine achieves


@dataclass(frozen=True)
class Played:
    """One case as it was played; `reply` is None when the turn raised."""

    case: EvalCase
    reply: ReplyRecord | None
    kept: Kept
    citations: CitationAudit
    context: ContextAudit


Judge = Callable[[Played, ReplyRecord], Mark]


@dataclass(frozen=True)
class Scorer:
    """A named, versioned rule; `asks` says whether the case wants it, so that an error is then a miss."""

    name: str
    version: int | str
    rule: str
    judge: Judge
    asks: Callable[[EvalCase], bool]


def mark_all(played: Played, further: Sequence[Scorer] = ()) -> dict[str, Mark]:
    """Every scorer's mark of one case; a scorer that breaks leaves its mark unscored, with the error as reason."""
    return {scorer.name: _mark(scorer, played) for scorer in (*SCORERS, *further)}


def versions(further: Sequence[Scorer] = ()) -> dict[str, str]:
    """Name and version of every scorer, for the record of a run."""
    return {scorer.name: str(scorer.version) for scorer in (*SCORERS, *further)}


def _mark(scorer: Scorer, played: Played) -> Mark:
    if not scorer.asks(played.case):
        return Mark(value=None, reason="not asked for")
    if played.reply is None:
        return Mark(value=0.0, reason="the turn raised an error")
    try:
        return scorer.judge(played, played.reply)
    except Exception as error:  # noqa: BLE001 - a broken scorer is no verdict on the case
        return Mark(value=None, reason=f"not scored: {type(error).__name__}: {error}")


def _outcome(played: Played, reply: ReplyRecord) -> Mark:
    shown = " + ".join(reply.outcomes)
    right = outcome_is_right(played.case.expect, set(reply.outcomes))
    said = next((f for f in findings(played.case, reply, played.kept, played.citations) if f.startswith("outcome")), "")
    return Mark(value=float(right), reason=said or f"{shown}, as expected")


def _precision(played: Played, reply: ReplyRecord) -> Mark:
    wanted = (*played.case.expect.quotes, *played.case.expect.must_include)
    if OutcomeName.ANSWER not in reply.outcomes or not reply.citations:
        return Mark(value=None, reason="nothing is cited")
    hits = [evidence_hit(wanted, (c.shown,)) for c in reply.citations]
    return Mark(value=sum(hits) / len(hits), reason=f"{sum(hits)} of {len(hits)} cited spans hold what was looked for")


def _recall(played: Played, reply: ReplyRecord) -> Mark:
    quotes = played.case.expect.quotes
    held = [evidence_hit((quote,), (c.shown for c in reply.citations)) for quote in quotes]
    return Mark(value=sum(held) / len(held), reason=f"{sum(held)} of {len(held)} gold quotes are shown")


def _ndcg(played: Played, _reply: ReplyRecord) -> Mark:
    quotes, found = played.case.expect.quotes, played.kept.found
    holds = [evidence_hit(quotes, (text,)) for text in found]
    if not any(holds):
        return Mark(value=0.0, reason=f"no gold passage among {len(found)} found")
    gain = sum(1 / log2(rank + 1) for rank, hit in enumerate(holds[:DEPTH], start=1) if hit)
    best = sum(1 / log2(rank + 1) for rank in range(1, min(sum(holds), DEPTH) + 1))
    ranks = ", ".join(str(rank) for rank, hit in enumerate(holds, start=1) if hit)
    return Mark(value=gain / best, reason=f"gold at rank {ranks} of {len(found)}")


def _first_rank(played: Played, _reply: ReplyRecord) -> Mark:
    quotes, found = played.case.expect.quotes, played.kept.found
    rank = next((n for n, text in enumerate(found, start=1) if evidence_hit(quotes, (text,))), 0)
    reason = f"first gold passage at rank {rank}" if rank else f"no gold passage among {len(found)} found"
    return Mark(value=1 / rank if rank else 0.0, reason=reason)


def _brevity(_played: Played, reply: ReplyRecord) -> Mark:
    if OutcomeName.ANSWER not in reply.outcomes:
        return Mark(value=None, reason="no answer was given")
    words = reply.answer_words
    return Mark(value=min(1.0, WORDS / max(words, 1)), reason=f"{words} words, {WORDS} are enough")


def _context(played: Played, _reply: ReplyRecord) -> Mark:
    found = played.context
    if not found.judged:
        return Mark(value=None, reason="no sentence or item is cited")
    reason = found.losses[0] if found.losses else f"{found.judged} cited sentences and items stand with what they need"
    return Mark(value=1 - len(found.losses) / found.judged, reason=reason)


def _balance(_played: Played, reply: ReplyRecord) -> Mark:
    benefit = [c.section for c in reply.citations if any(word in c.section.upper() for word in _BENEFIT)]
    if not benefit:
        return Mark(value=None, reason="no benefit is stated")
    shown = len(reply.safety_citations)
    reason = f"{len(benefit)} benefit spans with {shown} of important safety information"
    return Mark(value=float(shown > 0), reason=reason)


def _refusal(played: Played, reply: ReplyRecord) -> Mark:
    expect = played.case.expect
    wanted = OutcomeName.ANSWER in {expect.outcome, *expect.also}
    given = OutcomeName.ANSWER in reply.outcomes
    if any((OutcomeName.ANSWER in names) != wanted for names in expect.accept):
        return Mark(value=1.0, reason="either is right here")
    said = {True: "answered", False: "not answered"}
    return Mark(value=float(wanted == given), reason=f"{said[given]}, {said[wanted]} was right")


def _citations(played: Played, _reply: ReplyRecord) -> Mark:
    audit = played.citations
    if not audit.total:
        return Mark(value=None, reason="nothing is cited")
    return Mark(
        value=audit.valid / audit.total, reason=audit.faults[0] if audit.faults else f"{audit.total} citations hold"
    )


def _leaks(played: Played, reply: ReplyRecord) -> Mark:
    found = leaked(played.case.expect.must_not, reply.text)
    return Mark(value=float(not found), reason=f"leaks {found[0]!r}" if found else "nothing forbidden is said")


def _always(_case: EvalCase) -> bool:
    return True


def _answerable(case: EvalCase) -> bool:
    return case.expect.outcome is OutcomeName.ANSWER


def _has_gold(case: EvalCase) -> bool:
    return bool(case.expect.quotes)


SCORERS: Sequence[Scorer] = (
    Scorer("outcome", 1, "the outcomes are an expected set", _outcome, _always),
    Scorer("refusal", 1, "answered where an answer was right, and nowhere else", _refusal, _always),
    Scorer("evidence_precision", 1, "cited spans that hold what was looked for", _precision, _has_gold),
    Scorer("evidence_recall", 1, "gold quotes (alternatives) that the cited spans show", _recall, _has_gold),
    Scorer("ndcg", 1, f"gold passages high among the first {DEPTH} found", _ndcg, _has_gold),
    Scorer("first_rank", 1, "1 over the rank of the first gold passage found", _first_rank, _has_gold),
    Scorer("brevity", 1, f"{WORDS} over the answer's own words, at most 1", _brevity, _answerable),
    Scorer("context", 1, "cited sentences and items that stand with what they depend on", _context, _answerable),
    Scorer("balance", 1, "a benefit statement stands beside risk information", _balance, _answerable),
    Scorer("citations", 2, "citations that equal the document and hold the words before them", _citations, _always),
    Scorer("no_leak", 1, "nothing forbidden is said", _leaks, lambda c: bool(c.expect.must_not)),
)  # fmt: skip
