"""One turn, all its steps in order, on one page."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from assistant.answering import Answering, Asked
from assistant.cases.routing import RoutingRules
from assistant.composing.choose import Limits
from assistant.composing.confidence import ConfidenceModel
from assistant.composing.reading import Readings
from assistant.course import Course, OnStage
from assistant.errors import SettingsError
from assistant.labels import link_to
from assistant.policy import PolicyPack, name_rules
from assistant.ports import Clock, Knowledge, Ledger
from assistant.records import Interaction, Release
from assistant.screens import Screen
from assistant.turn.decide import Deliberation, decide
from assistant.turn.follow import exposure_told, follow, without_answer
from assistant.turn.judge import judge
from assistant.turn.phrase import Wording
from assistant.turn.record import prepare
from assistant.turn.screen import ReadAhead, leave, screen
from assistant.turn.signal import signals
from assistant.turn.understand import understand
from assistant.types import Part, PartKind, Question, Reply, Screening, Understanding
from assistant.understanding.topics import TopicModel
from knowledge.types import ApprovedDocument, Audience, Market, Partition, ProductNames


def new_id(prefix: str) -> str:
    """A random id such as "case_k3v9…": 80 bits, lower-case letters and digits."""
    alphabet = "abcdefghjkmnpqrstvwxyz0123456789"  # 32: five bits of each byte
    return f"{prefix}_{''.join([alphabet[byte & 31] for byte in secrets.token_bytes(16)])}"


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
    read_ahead: ReadAhead = leave  # by what the screens read with
    search_ahead: ReadAhead = leave  # by what the search reads with
    readings: Readings = field(default_factory=Readings)
    routing: RoutingRules | None = None  # where cases go; without it by the rules of the day they are read
    wording: Wording | None = None  # who rewords answers; nobody, unless it is asked for

    def take_turn(self, question: Question, on_stage: OnStage | None = None) -> Interaction:
        """Answer one message and record the turn.

        Raises NotRecorded when the turn could not be written: then nothing may be shown (21 CFR Part 11).
        Raises SettingsError when no policy pack is loaded for the question's market.
        """
        policy = self._policy(question.scope.market)
        course = Course(on_stage or (lambda _stage: None))
        names = course.run("products", lambda: self._products(question)) or ()
        question = _scoped(question, names)
        history = course.run("history", lambda: self.ledger.conversation(question.conversation_id))
        screening, understanding = self._read(question, history, names, course)
        followed = None
        if screening is not None:
            followed = course.run("followed", partial(follow, screening, history or (), names))
            understanding = without_answer(understanding, followed, screening.redacted)
            screening = name_rules(policy, screening)
        parts = _to_answer(understanding)
        labels = course.run("labels", lambda: self._labels(question, parts)) or {}
        by_product = {n.product: n for n in names}
        answers = self._answering().answer(Asked(question, parts, by_product, labels, policy), course)
        found = Deliberation(
            question=question,
            screening=screening,
            understanding=understanding,
            policy=policy,
            evidence=answers.evidence,
            drafts=answers.drafts,
            verifications=answers.verifications,
            names=by_product,
            labels={product: link_to(documents) for product, documents in labels.items() if documents},
            failures=tuple(course.failures),
            is_first_turn=not history,
            followed=followed,
            was_asked_exposure=any(n.kind == "exposure" for turn in history or () for n in turn.reply.notices),
        )
        reply = _decided(found, course)
        interaction = Interaction(
            interaction_id=new_id("turn"),
            question=question.model_copy(update={"text": screening.redacted if screening else ""}),
            screening=screening or Screening(redacted=""),
            understanding=understanding,
            evidence=answers.evidence,
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

    def _read(
        self,
        question: Question,
        history: Sequence[Interaction] | None,
        names: tuple[ProductNames, ...],
        course: Course,
    ) -> tuple[Screening | None, Understanding | None]:
        """What was screened and understood; None for what failed, or cannot be done without the history."""
        in_view = _in_view(question, history or (), names)
        screening = course.run(
            "screened",
            lambda: screen(question, self.screens, _all_names(names), in_view, self.read_ahead),
        )
        if screening is not None and history:
            screening = course.run("followed", partial(exposure_told, screening, history)) or screening
        if screening is None or history is None:
            return screening, None
        judged = course.run("understood", partial(self._understood, question, screening, history, names))
        return judged or (screening, None)

    def _recorded(self, interaction: Interaction, raw_text: str, course: Course) -> Interaction:
        """Write the turn; only then may it be shown. The time of writing is known to the caller alone."""
        started = time.perf_counter()
        record = prepare(interaction, raw_text, signals(interaction, new_id), new_id, self.routing)
        self.ledger.record(record)
        course.on_stage("recorded")
        seconds = {**interaction.stage_seconds, "recorded": time.perf_counter() - started}
        return record.interaction.model_copy(update={"stage_seconds": seconds})

    def _answering(self) -> Answering:
        given = (self.knowledge, self.confidence, self.limits, self.passages, self.readings, self.wording)
        return Answering(*given, self.topics, self.search_ahead)

    def _policy(self, market: Market) -> PolicyPack:
        if market not in self.policies:
            loaded = ", ".join(sorted(self.policies))
            raise SettingsError(f"market {market}: no policy pack is loaded (loaded: {loaded}).")
        return self.policies[market]

    def _products(self, question: Question) -> tuple[ProductNames, ...]:
        return self.knowledge.products(question.scope.market, question.scope.audience, question.asked_at)

    def _understood(
        self, question: Question, screening: Screening, history: Sequence[Interaction], names: tuple[ProductNames, ...]
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

    def _release(self, policy: PolicyPack, index: str) -> Release:
        return Release(
            software=self.software,
            commit=self.commit,
            policy=policy.reference,
            index=index,
            models=self.models if self.wording is None else (*self.models, self.wording.model.name),
            prompts=() if self.wording is None else (self.wording.prompt.reference,),
        )


@lru_cache(maxsize=16)
def _all_names(products: tuple[ProductNames, ...]) -> tuple[str, ...]:
    names = {name.lower() for p in products for name in (p.product, p.generic, *p.substances) if name}
    return tuple(sorted(names))


def _in_view(question: Question, history: Sequence[Interaction], names: Sequence[ProductNames]) -> ProductNames | None:
    """The product the conversation is about when the message comes; None while there is none."""
    spoken_of = [turn.understanding.product for turn in history if turn.understanding and turn.understanding.product]
    product = spoken_of[-1] if spoken_of else question.scope.product
    return next((n for n in names if n.product == product), None)


def _to_answer(understanding: Understanding | None) -> dict[int, Part]:
    """The parts that may be answered from a label, by their index."""
    parts = understanding.parts if understanding else ()
    return {i: p for i, p in enumerate(parts) if p.kind is PartKind.ON_LABEL and p.product is not None}


def _scoped(question: Question, names: Sequence[ProductNames]) -> Question:
    """The question, about the one product there is: nothing else can be meant."""
    if question.scope.product is not None or len(names) != 1:
        return question
    scope = question.scope.model_copy(update={"product": names[0].product})
    return question.model_copy(update={"scope": scope})


def _decided(found: Deliberation, course: Course) -> Reply:
    started = time.perf_counter()
    reply = decide(found, new_id)
    course.seconds["decided"] = time.perf_counter() - started
    course.on_stage("decided")
    return reply
