"""What a turn found and checked, cut to what a reader of its case needs."""

from __future__ import annotations

from assistant.records import Interaction
from evals.types import CheckRecord, FoundPassage

SHOWN_PASSAGES = 8
SHOWN_CHARACTERS = 400


def found_passages(interaction: Interaction) -> tuple[FoundPassage, ...]:
    """The passages that retrieval brought for each part, best first; the first few, shortened."""
    return tuple(
        FoundPassage(
            part=evidence.part,
            document_id=scored.passage.document_id,
            version=scored.passage.version,
            section=" > ".join(scored.passage.heading_path),
            start=scored.passage.start,
            end=scored.passage.end,
            text=scored.passage.text[:SHOWN_CHARACTERS],
            dense_rank=scored.dense_rank,
            lexical_rank=scored.lexical_rank,
        )
        for evidence in interaction.evidence
        if evidence.result is not None
        for scored in evidence.result.passages[:SHOWN_PASSAGES]
    )


def found_texts(interaction: Interaction) -> tuple[str, ...]:
    """The texts of all passages that retrieval brought, best first."""
    return tuple(
        scored.passage.text
        for evidence in interaction.evidence
        if evidence.result is not None
        for scored in evidence.result.passages
    )


def checks_made(interaction: Interaction) -> tuple[CheckRecord, ...]:
    """Every check made on each draft; one that could not be made (None) counts as failed."""
    return tuple(
        CheckRecord(part=verification.part, name=check.name, passed=check.passed, reason=check.reason)
        for verification in interaction.verifications
        for check in verification.checks
    )
