"""Sees that someone may be in danger now: a danger sign, and a sign that it is happening.

Two rules that err on the safe side: a danger told in the present with a cry for help is an emergency even
beside a label question; a danger that is over, or asked about in general, is not.
"""

from __future__ import annotations

from assistant.screens.clauses import split_clauses
from assistant.screens.message import ScreenInput
from assistant.screens.patterns import read_patterns
from assistant.types import Finding, FindingKind

_SURE, _LIKELY, _DOUBTFUL = 0.95, 0.7, 0.4


class EmergencyScreen:
    """The rule layer for emergencies."""

    name = "emergency"

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """At most one finding, its span the clause with the danger sign."""
        patterns = read_patterns("emergency")
        for clause in split_clauses(message.text):
            if not patterns["danger"].search(clause.text) or patterns["general"].search(clause.text):
                continue
            confidence = _how_surely(message.text)
            if confidence:
                return (
                    Finding(
                        kind=FindingKind.EMERGENCY,
                        start=clause.start,
                        end=clause.end,
                        found_by=f"{message.scope.market.value.lower()}.emergency@1",
                        confidence=confidence,
                    ),
                )
        return ()


def _how_surely(text: str) -> float:
    patterns = read_patterns("emergency")
    signs = {match.group().lower() for match in patterns["happening"].finditer(text)}
    if not signs:
        return 0.0
    if patterns["over"].search(text):
        return _DOUBTFUL
    return _SURE if len(signs) > 1 else _LIKELY
