"""What can be wrong with a sentence that claims to rest on passages."""

from __future__ import annotations

from enum import StrEnum

from knowledge.types import Value


class FaultKind(StrEnum):
    """The sort of difference between a sentence and what it cites."""

    NUMBER = "number"
    UNIT = "unit"
    COMPARISON = "comparison"
    NEGATION = "negation"
    CERTAINTY = "certainty"  # a hedge or a condition was lost
    POPULATION = "population"
    ROUTE = "route"
    FREQUENCY = "frequency"
    NAME = "name"  # a drug, study or other name that the passages do not hold
    CITATION = "citation"
    SUPPORT = "support"  # words, or an order of words, that the passages do not hold


class Fault(Value):
    """One thing a sentence says that its passages do not."""

    kind: FaultKind
    detail: str
