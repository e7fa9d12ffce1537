"""Whether a sentence that a model wrote says what the passages it names say. Pure; no model judges another."""

from assistant.grounding.check import check_proposed, check_sentence, missing_facts
from assistant.grounding.faults import Fault, FaultKind

__all__ = ["Fault", "FaultKind", "check_proposed", "check_sentence", "missing_facts"]
