"""The answering half of a turn: what is asked of the labels is found, composed, matched, verified and worded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from assistant.composing.approved import approved_first
from assistant.composing.choose import Limits
from assistant.composing.confidence import ConfidenceModel
from assistant.composing.reading import Reading, Readings
from assistant.course import Course
from assistant.labels import label_of
from assistant.policy import PolicyPack
from assistant.ports import Knowledge
from assistant.records import ModelCall
from assistant.turn.compose import compose
from assistant.turn.match import match
from assistant.turn.phrase import Wording, phrase
from assistant.turn.retrieve import heard, retrieve
from assistant.turn.screen import ReadAhead, leave
from assistant.turn.verify import verify
from assistant.types import Draft, Evidence, Part, Question, Verification
from assistant.understanding.facets import facets_of
from assistant.understanding.products import index_of
from assistant.understanding.topics import TopicModel
from knowledge.types import ApprovedDocument, ProductNames

Labels = Mapping[str, Sequence[ApprovedDocument]]
"""The approved documents of each product asked about."""


@dataclass(frozen=True)
class Answers:
    """What was found and drafted for the parts that may be answered, and the calls made to word it."""

    evidence: tuple[Evidence, ...] = ()
    drafts: tuple[Draft, ...] = ()
    verifications: tuple[Verification, ...] = ()
    calls: tuple[ModelCall, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One turn's question, its answerable parts by their index, and what its products are called."""

    question: Question
    parts: Mapping[int, Part]
    names: Mapping[str, ProductNames]
    labels: Labels
    policy: PolicyPack

    def names_of(self, index: int) -> ProductNames | None:
        """What the product of a part goes by."""
        return self.names.get(self.parts[index].product or "")

    def documents_of(self, index: int) -> Sequence[ApprovedDocument]:
        """The approved documents of the product of a part, its label first."""
        return self.labels.get(self.parts[index].product or "", ())


@dataclass(frozen=True)
class Answering:
    """Answers parts of messages from approved documents. All collaborators are given."""

    knowledge: Knowledge
    confidence: ConfidenceModel
    limits: Limits
    passages: int
    readings: Readings
    wording: Wording | None
    topics: TopicModel
    search_ahead: ReadAhead = leave

    def answer(self, asked: Asked, course: Course) -> Answers:
        """Take the steps in order; one that fails leaves its value empty, and wording that fails what was worded."""
        evidence = course.run("retrieved", lambda: self._retrieved(asked)) or ()
        drafts = course.run("composed", lambda: self._composed(asked, evidence)) or ()
        drafts = course.run("matched", lambda: self._matched(asked, evidence, drafts)) or drafts
        verifications = course.run("verified", lambda: self._verified(asked, drafts)) or ()
        answers = Answers(evidence, drafts, verifications)
        return course.run("worded", lambda: self._worded(asked, answers)) or answers

    def _retrieved(self, asked: Asked) -> tuple[Evidence, ...]:
        scope, at = asked.question.scope, asked.question.asked_at
        for index, part in asked.parts.items():
            self.search_ahead(heard(part, asked.names_of(index)))  # of several parts, all at once
        return tuple(
            retrieve(index, part, scope, asked.names_of(index), self.knowledge, self.passages, at)
            for index, part in asked.parts.items()
        )

    def _composed(self, asked: Asked, evidence: Sequence[Evidence]) -> tuple[Draft, ...]:
        heading = asked.policy.texts.safety_information_heading
        drafts = (self._compose(asked, found, heading) for found in evidence)
        return tuple(draft for draft in drafts if draft is not None)

    def _compose(self, asked: Asked, found: Evidence, heading: str) -> Draft | None:
        part, readings = asked.parts[found.part], self._read(asked, found)
        facets = facets_of(part, index_of(tuple(asked.names.values())), self.topics)
        look = partial(self._look, asked, found.part)
        return compose(part, found, readings, self.limits, self.confidence, heading, facets, look)

    def _look(self, asked: Asked, index: int, facet: Part) -> tuple[Evidence, dict[tuple[str, str], Reading]]:
        """What is found for one of the several things a part asks for."""
        scope, at, names = asked.question.scope, asked.question.asked_at, asked.names_of(index)
        whole = heard(asked.parts[index], names)
        found = retrieve(index, facet, scope, names, self.knowledge, self.passages, at, whole)
        return found, self._read(asked, found)

    def _read(self, asked: Asked, found: Evidence) -> dict[tuple[str, str], Reading]:
        """Readings of the product's documents, its prescribing information first, and of all that was found."""
        documents = asked.documents_of(found.part)
        held = {(d.document.document_id, d.document.version): d for d in documents}
        for scored in found.result.passages if found.result else ():
            key = (scored.passage.document_id, scored.passage.version)
            if key not in held:
                held[key] = self.knowledge.document(*key)
        return {key: self.readings.of(document) for key, document in held.items()}

    def _matched(self, asked: Asked, evidence: Sequence[Evidence], drafts: Sequence[Draft]) -> tuple[Draft, ...]:
        """The drafts, those that an approved pair answers beginning with its text; a part without draft may get one."""
        composed = {draft.part: draft for draft in drafts}
        heading = asked.policy.texts.safety_information_heading
        for one in evidence:
            found = match(asked.parts[one.part], one, asked.names_of(one.part), self.knowledge)
            if found is not None:
                pair = self.readings.of(self.knowledge.document(found.document_id, found.version))
                label = label_of(asked.documents_of(one.part))
                reading = None if label is None else self.readings.of(label)
                composed[one.part] = approved_first(one.part, found, pair, reading, composed.get(one.part), heading)
        return tuple(composed[part] for part in sorted(composed))

    def _verified(self, asked: Asked, drafts: Sequence[Draft]) -> tuple[Verification, ...]:
        return tuple(self._verify(asked, draft) for draft in drafts)

    def _verify(self, asked: Asked, draft: Draft, *, may_be_reworded: bool = False) -> Verification:
        at, scope = asked.question.asked_at, asked.question.scope
        part = asked.parts[draft.part]
        return verify(draft, part, scope, self.knowledge, self.limits, at, may_be_reworded=may_be_reworded)

    def _worded(self, asked: Asked, answers: Answers) -> Answers:
        """What would be answered, reworded where that holds; the extractive draft stays wherever it does not."""
        if self.wording is None or asked.policy.certified_text_only:
            return answers
        held = {v.part: v for v in answers.verifications if v.holds}
        drafts, calls = [], []
        for draft in answers.drafts:
            # Approved text was reviewed word for word: it stays so.
            wanted = not draft.is_approved_text and draft.part in held
            wanted = wanted and draft.confidence >= asked.policy.thresholds.answer
            phrased = phrase(asked.parts[draft.part], draft, self.wording) if wanted else None
            chosen, call = draft, phrased.call if phrased else None
            if phrased is not None and phrased.draft is not None:
                verification = self._verify(asked, phrased.draft, may_be_reworded=True)
                if verification.holds:
                    chosen, held[draft.part] = phrased.draft, verification
                else:
                    failed = ", ".join(c.name for c in verification.checks if c.passed is not True)
                    call = phrased.call.model_copy(update={"error": f"not verified: {failed}"})
            drafts.append(chosen)
            calls += [call] if call is not None else []
        verifications = tuple(held.get(v.part, v) for v in answers.verifications)
        return Answers(answers.evidence, tuple(drafts), verifications, tuple(calls))
