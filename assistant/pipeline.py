"""One turn, all its steps in order, on one page."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from assistant.composing.approved import approved_first
from assistant.composing.choose import Limits
from assistant.composing.confidence import ConfidenceModel
from assistant.composing.reading import Reading, Readings
from assistant.errors import SettingsError
from assistant.policy import PolicyPack
from assistant.ports import Clock, Knowledge, Ledger
from assistant.records import Interaction, ModelCall, Release
from assistant.screens import Screen
from assistant.turn.compose import compose
from assistant.turn.decide import Deliberation, decide
from assistant.turn.judge import judge
from assistant.turn.match import match
from assistant.turn.phrase import Wording, phrase
from assistant.turn.record import prepare
from assistant.turn.retrieve import retrieve
from assistant.turn.screen import screen
from assistant.turn.signal import signals
from assistant.turn.understand import understand
from assistant.turn.verify import verify
from assistant.types import (
    DocumentLink,
    Draft,
    Evidence,
    Part,
    PartKind,
    Question,
    Screening,
    Understanding,
    Verification,
)
from assistant.understanding.topics import TopicModel
from knowledge.types import ApprovedDocument, Audience, DocumentKind, Market, Partition, ProductNames

T = TypeVar("T")
OnStage = Callable[[str], None]


def new_id(prefix: str) -> str:
    """A random id such as "case_k3v9…": 80 bits, lower-case letters and digits."""
    alphabet = "abcdefghjkmnpqrstvwxyz0123456789"
    return f"{prefix}_{''.join(secrets.choice(alphabet) for _ in range(16))}"


@dataclass
class _Course:
    """How one turn is going: the time each stage took, and which steps failed."""

    on_stage: OnStage
    seconds: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def run(self, stage: str, step: Callable[[], T]) -> T | None:
        """Take one step; if it fails, note it and go on without its value (`decide` then hands over)."""
        self.on_stage(stage)
        started = time.perf_counter()
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - whatever breaks a step, the HCP still gets a reply
            self.failures.append(f"{stage}: {type(error).__name__}: {error}")
            return None
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started


@dataclass(frozen=True)
class Worded:
    """Drafts with their verifications, and the calls made to word them."""

    drafts: tuple[Draft, ...]
    verifications: tuple[Verification, ...]
    calls: tuple[ModelCall, ...] = ()


@dataclass(frozen=True)
class Assistant:
    """Takes turns. All collaborators are given; see `assistant.bootstrap`."""

    clock: Clock
    knowledge: Knowledge
    ledger: Ledger
    screens: Sequence[Screen]
    topics: TopicModel
    confidence: ConfidenceModel
    policies: Mapping[Market, PolicyPack]
    limits: Limits
    passages: int
    software: str
    commit: str
    models: tuple[str, ...]
    readings: Readings = field(default_factory=Readings)
    wording: Wording | None = None  # who rewords answers; nobody, unless it is asked for

    def take_turn(self, question: Question, on_stage: OnStage | None = None) -> Interaction:
        """Answer one message and record the turn.

        Raises NotRecorded when the turn could not be written: then nothing may be shown (21 CFR Part 11).
        Raises SettingsError when no policy pack is loaded for the question's market.
        """
        policy = self._policy(question.scope.market)
        course = _Course(on_stage or (lambda _stage: None))
        names = course.run("products", lambda: self._products(question)) or ()
        if question.scope.product is None and len(names) == 1:  # nothing else can be meant here
            scope = question.scope.model_copy(update={"product": names[0].product})
            question = question.model_copy(update={"scope": scope})
        history = course.run("history", lambda: self.ledger.conversation(question.conversation_id))
        screening = course.run("screened", lambda: screen(question, self.screens, _all_names(names)))
        understanding = None
        if screening is not None and history is not None:
            judged = course.run("understood", partial(self._understood, question, screening, history, names))
            if judged is not None:
                screening, understanding = judged
        parts = _to_answer(understanding)
        labels = course.run("labels", lambda: self._labels(question, parts)) or {}
        evidence = course.run("retrieved", lambda: self._retrieved(question, parts, names)) or ()
        drafts = course.run("composed", lambda: self._composed(parts, evidence, labels, policy)) or ()
        drafts = course.run("matched", lambda: self._matched(parts, evidence, drafts, labels, names, policy)) or drafts
        verifications = course.run("verified", lambda: self._verified(question, parts, drafts)) or ()
        answers = Worded(drafts, verifications)
        answers = course.run("worded", lambda: self._worded(question, parts, answers, policy)) or answers
        found = Deliberation(
            question=question,
            screening=screening,
            understanding=understanding,
            policy=policy,
            evidence=evidence,
            drafts=answers.drafts,
            verifications=answers.verifications,
            names={n.product: n for n in names},
            labels={product: _link(documents) for product, documents in labels.items() if documents},
            failures=tuple(course.failures),
            is_first_turn=not history,
        )
        on_decided = time.perf_counter()
        reply = decide(found, new_id)
        course.seconds["decided"] = time.perf_counter() - on_decided
        course.on_stage("decided")
        interaction = Interaction(
            interaction_id=new_id("turn"),
            question=question.model_copy(update={"text": screening.redacted if screening else ""}),
            screening=screening or Screening(redacted=""),
            understanding=understanding,
            evidence=evidence,
            drafts=answers.drafts,
            verifications=answers.verifications,
            reply=reply,
            model_calls=answers.calls,
            failures=tuple(course.failures),
            release=self._release(policy, course.run("release", self.knowledge.release) or "unknown"),
            stage_seconds=dict(course.seconds),
            finished_at=self.clock.now(),
        )
        return self._recorded(interaction, question.text, course)

    def _recorded(self, interaction: Interaction, raw_text: str, course: _Course) -> Interaction:
        """Write the turn; only then may it be shown. The time of writing is known to the caller alone."""
        started = time.perf_counter()
        record = prepare(interaction, raw_text, signals(interaction, new_id), new_id)
        self.ledger.record(record)
        course.on_stage("recorded")
        seconds = {**interaction.stage_seconds, "recorded": time.perf_counter() - started}
        return record.interaction.model_copy(update={"stage_seconds": seconds})

    def _policy(self, market: Market) -> PolicyPack:
        if market not in self.policies:
            loaded = ", ".join(sorted(self.policies))
            raise SettingsError(f"market {market}: no policy pack is loaded (loaded: {loaded}).")
        return self.policies[market]

    def _products(self, question: Question) -> tuple[ProductNames, ...]:
        return self.knowledge.products(question.scope.market, question.scope.audience, question.asked_at)

    def _understood(
        self, question: Question, screening: Screening, history: Sequence[Interaction], names: Sequence[ProductNames]
    ) -> tuple[Screening, Understanding]:
        """Parts of the message, each held against the approved label of its product."""
        understanding = understand(question, screening, history, names, self.topics)
        threshold = self._policy(question.scope.market).thresholds.off_label
        labels = partial(self._documents, question)
        return judge(screening, understanding, labels, _all_names(names), threshold)

    def _documents(self, question: Question, product: str) -> tuple[ApprovedDocument, ...]:
        partition = Partition(product=product, market=question.scope.market, audience=Audience.HCP)
        return self.knowledge.effective(partition, question.asked_at)

    def _labels(self, question: Question, parts: Mapping[int, Part]) -> dict[str, tuple[ApprovedDocument, ...]]:
        products = {part.product for part in parts.values() if part.product is not None}
        return {product: self._documents(question, product) for product in products}

    def _retrieved(
        self, question: Question, parts: Mapping[int, Part], names: Sequence[ProductNames]
    ) -> tuple[Evidence, ...]:
        by_product = {n.product: n for n in names}
        return tuple(
            retrieve(
                index,
                part,
                question.scope,
                by_product.get(part.product or ""),
                self.knowledge,
                self.passages,
                question.asked_at,
            )
            for index, part in parts.items()
        )

    def _composed(
        self,
        parts: Mapping[int, Part],
        evidence: Sequence[Evidence],
        labels: Mapping[str, Sequence[ApprovedDocument]],
        policy: PolicyPack,
    ) -> tuple[Draft, ...]:
        drafts = []
        for found in evidence:
            part = parts[found.part]
            readings = self._read(found, labels.get(part.product or "", ()))
            heading = policy.texts.safety_information_heading
            draft = compose(part, found, readings, self.limits, self.confidence, heading)
            if draft is not None:
                drafts.append(draft)
        return tuple(drafts)

    def _matched(
        self,
        parts: Mapping[int, Part],
        evidence: Sequence[Evidence],
        drafts: Sequence[Draft],
        labels: Mapping[str, Sequence[ApprovedDocument]],
        names: Sequence[ProductNames],
        policy: PolicyPack,
    ) -> tuple[Draft, ...]:
        """The drafts, those that an approved pair answers beginning with its text; a part without draft may get one."""
        composed = {draft.part: draft for draft in drafts}
        by_product = {n.product: n for n in names}
        heading = policy.texts.safety_information_heading
        for asked in evidence:
            product = parts[asked.part].product or ""
            found = match(parts[asked.part], asked, by_product.get(product), self.knowledge)
            if found is not None:
                pair = self.readings.of(self.knowledge.document(found.document_id, found.version))
                label = next((d for d in labels.get(product, ()) if _is_label(d)), None)
                reading = None if label is None else self.readings.of(label)
                draft = composed.get(asked.part)
                composed[asked.part] = approved_first(asked.part, found, pair, reading, draft, heading)
        return tuple(composed[part] for part in sorted(composed))

    def _read(self, found: Evidence, documents: Sequence[ApprovedDocument]) -> dict[tuple[str, str], Reading]:
        """Readings of the product's documents, its prescribing information first, and of all that was found."""
        held = {(d.document.document_id, d.document.version): d for d in documents}
        for scored in found.result.passages if found.result else ():
            key = (scored.passage.document_id, scored.passage.version)
            if key not in held:
                held[key] = self.knowledge.document(*key)
        return {key: self.readings.of(document) for key, document in held.items()}

    def _verified(
        self, question: Question, parts: Mapping[int, Part], drafts: Sequence[Draft]
    ) -> tuple[Verification, ...]:
        return tuple(self._verify(question, parts[draft.part], draft) for draft in drafts)

    def _verify(self, question: Question, part: Part, draft: Draft, *, may_be_reworded: bool = False) -> Verification:
        at, scope = question.asked_at, question.scope
        return verify(draft, part, scope, self.knowledge, self.limits, at, may_be_reworded=may_be_reworded)

    def _worded(self, question: Question, parts: Mapping[int, Part], answers: Worded, policy: PolicyPack) -> Worded:
        """What would be answered, reworded where that holds; the extractive draft stays wherever it does not."""
        if self.wording is None or policy.certified_text_only:
            return answers
        held = {v.part: v for v in answers.verifications if v.holds}
        drafts, calls = [], []
        for draft in answers.drafts:
            part = parts[draft.part]
            is_approved_text = "approved_answer" in draft.features  # reviewed word for word: stays so
            wanted = not is_approved_text and draft.part in held and draft.confidence >= policy.thresholds.answer
            phrased = phrase(part, draft, self.wording) if wanted else None
            chosen, call = draft, phrased.call if phrased else None
            if phrased is not None and phrased.draft is not None:
                verification = self._verify(question, part, phrased.draft, may_be_reworded=True)
                if verification.holds:
                    chosen, held[draft.part] = phrased.draft, verification
                else:
                    failed = ", ".join(c.name for c in verification.checks if c.passed is not True)
                    call = phrased.call.model_copy(update={"error": f"not verified: {failed}"})
            drafts.append(chosen)
            calls += [call] if call is not None else []
        verifications = tuple(held.get(v.part, v) for v in answers.verifications)
        return Worded(tuple(drafts), verifications, tuple(calls))

    def _release(self, policy: PolicyPack, index: str) -> Release:
        return Release(
            software=self.software,
            commit=self.commit,
            policy=policy.reference,
            index=index,
            models=self.models if self.wording is None else (*self.models, self.wording.model.name),
            prompts=() if self.wording is None else (self.wording.prompt.reference,),
        )


def _all_names(products: Sequence[ProductNames]) -> tuple[str, ...]:
    names = {name.lower() for p in products for name in (p.product, p.generic, *p.substances) if name}
    return tuple(sorted(names))


def _to_answer(understanding: Understanding | None) -> dict[int, Part]:
    """The parts that may be answered from a label, by their index."""
    parts = understanding.parts if understanding else ()
    return {i: p for i, p in enumerate(parts) if p.kind is PartKind.ON_LABEL and p.product is not None}


def _is_label(approved: ApprovedDocument) -> bool:
    return approved.document.kind is DocumentKind.PRESCRIBING_INFORMATION


def _link(documents: Sequence[ApprovedDocument]) -> DocumentLink:
    first = next((d for d in documents if _is_label(d)), documents[0]).document
    return DocumentLink(
        document_id=first.document_id, version=first.version, title=first.title, effective_on=first.effective_on
    )
