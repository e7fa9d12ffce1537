"""Sees requests to decide one patient's treatment for the HCP; questions for the label's dose are none."""

from __future__ import annotations

from assistant.screens.clauses import split_clauses
from assistant.screens.message import ScreenInput
from assistant.screens.patterns import read_patterns
from assistant.types import Finding, FindingKind

_SURE, _DOUBTFUL = 0.9, 0.4


class PersonalDirectionScreen:
    """The rule layer for personal treatment direction."""

    name = "personal_direction"

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """At most one finding, its span the first clause that hands the decision to us."""
        patterns = read_patterns("direction")
        one_patient = patterns["one_patient"].search(message.text) is not None
        forced = patterns["forced"].search(message.text) is not None
        handed = patterns["handed"].search(message.text) is not None
        if patterns["label"].search(message.text) and not forced and not handed:
            return ()
        for clause in split_clauses(message.text):
            asked = patterns["asked"].search(clause.text) is not None
            if patterns["handed"].search(clause.text) or (asked and one_patient):
                confidence = _SURE if handed or forced else _DOUBTFUL
                return (
                    Finding(
                        kind=FindingKind.PERSONAL_DIRECTION,
                        start=clause.start,
                        end=clause.end if not handed else len(message.text.rstrip()),
                        found_by=f"{message.scope.market.value.lower()}.personal_direction@1",
                        confidence=confidence,
                    ),
                )
        return ()
