"""Recorded turns as proposed cases: what was asked, de-identified, with what a person still has to decide."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from assistant.records import Feedback, Interaction
from assistant.types import Answer
from evals.from_life.turns import TurnLedger, masked
from evals.types import EvalCase, Expectation, OutcomeName

MOST_QUOTES = 8
QUOTE_WORDS = 18
_UNSURE = 0.0  # of a turn for which nothing was composed


class Source(StrEnum):
    """Why a turn is proposed."""

    THUMBS_DOWN = "thumbs_down"
    RESOLVED = "resolved"
    LOW_CONFIDENCE = "low_confidence"


def confidence_of(turn: Interaction) -> float:
    """The least sure draft of a turn; 0 where nothing was composed."""
    return min((draft.confidence for draft in turn.drafts), default=_UNSURE)


def source_of(turn: Interaction, feedback: Sequence[Feedback], resolved: Mapping[str, str]) -> Source:
    """Why this turn is worth a look."""
    if any(given.rating == "down" for given in feedback):
        return Source.THUMBS_DOWN
    return Source.RESOLVED if turn.interaction_id in resolved else Source.LOW_CONFIDENCE


def proposed(turn: Interaction, source: Source, why: str, ledger: TurnLedger, names: Sequence[str]) -> EvalCase | None:
    """A case to be confirmed, with the turns before it; None where masking leaves nothing to ask."""
    asked_before = []
    for earlier in ledger.conversation(turn.question.conversation_id):
        if earlier.interaction_id == turn.interaction_id:
            break
        asked_before.append(masked(earlier.question.text, names))
    text = masked(turn.question.text, names)
    if not text.strip():
        return None
    scope = turn.question.scope
    return EvalCase(
        id=f"proposed-{hashlib.sha256(turn.interaction_id.encode()).hexdigest()[:12]}",
        category=source.value,
        product=(turn.understanding.product if turn.understanding else None) or scope.product,
        market=scope.market,
        turns=(*(t for t in asked_before if t.strip()), text),
        expect=_as_shown(turn, source),
        why=why,
    )


def in_order(turns: Iterable[tuple[Interaction, Source]]) -> list[tuple[Interaction, Source]]:
    """What people objected to first, then what experts answered, then the least sure."""
    rank = list(Source)
    return sorted(turns, key=lambda pair: (rank.index(pair[1]), confidence_of(pair[0]), pair[0].interaction_id))


def _as_shown(turn: Interaction, source: Source) -> Expectation:
    """What was shown, as a first guess; an answer that was objected to lends no quotes."""
    kinds = [OutcomeName(outcome.kind) for outcome in turn.reply.outcomes]
    quotes: list[str] = []
    if source is Source.LOW_CONFIDENCE:
        for outcome in turn.reply.outcomes:
            if isinstance(outcome, Answer):
                quotes += [" ".join(c.quote.split()[:QUOTE_WORDS]) for c in outcome.citations]
    kept = tuple(dict.fromkeys(quote for quote in quotes if quote))[:MOST_QUOTES]
    return Expectation(outcome=kinds[0], also=tuple(kinds[1:]), quotes=kept)
