"""Find the approved question-and-answer pair that a part asks for, if there is one."""

from __future__ import annotations

from assistant.ports import Knowledge
from assistant.types import Evidence, Part
from assistant.understanding.agreement import THE_PRODUCT, agrees
from knowledge.questions import ApprovedQuestion, without_names
from knowledge.types import ProductNames

# Cosine from which two questions may be the same. Conservative: MiniLM gives paraphrases of invented questions 0.5 to
# 1, and questions that only lie near ("renal" for "hepatic impairment", "with" for "without") up to 0.99. Those are
# told apart by `agrees`; this keeps out what shares its words and little else.
SIMILARITY = 0.70


def match(part: Part, evidence: Evidence, names: ProductNames | None, knowledge: Knowledge) -> ApprovedQuestion | None:
    """The nearest approved question that agrees with the part; None when none does.

    The evidence's own query is asked, so the question is embedded once for both. A pair that is not effective now,
    or of another product, market or audience, is never among what `knowledge` gives.
    """
    if evidence.result is None or names is None:
        return None
    asked = without_names(part.standalone.removeprefix(f"{part.product}: "), names, THE_PRODUCT)
    for found in knowledge.approved_questions(evidence.result.query):
        if found.similarity < SIMILARITY:
            return None
        question, *phrasings = (without_names(text, names, THE_PRODUCT) for text in (found.question, *found.phrasings))
        if agrees(asked, question, phrasings):
            return found
    return None
