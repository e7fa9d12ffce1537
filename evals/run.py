"""Play a suite's conversations through the whole assistant, and score the last reply of each."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from assistant.bootstrap import Services
from assistant.composing.reading import Reading
from assistant.records import Interaction, Signal
from assistant.types import Asker, HandOff, Question, SafetyIntake, Scope
from evals.errors import EvalError
from evals.evidence import checks_made, found_passages, found_texts
from evals.losses import ContextAudit, audit_context
from evals.reply import audit_citations, kept_texts, reply_record
from evals.score import CitationAudit, Kept, findings, score
from evals.scorers import Played, Scorer, mark_all
from evals.types import CaseResult, CheckRecord, EvalCase, FoundPassage
from knowledge.types import Audience, ProductNames

LEASE_SECONDS = 86_400.0  # no run takes so long: nothing comes back, and a commit a signal is spared
OnCase = Callable[[CaseResult], None]


@dataclass
class _Tap:
    """Claims the outbox's signals and keeps them by subject, so that several workers may look."""

    services: Services
    lock: threading.Lock = field(default_factory=threading.Lock)
    kept: dict[str, list[Signal]] = field(default_factory=dict)

    def of(self, subjects: Sequence[str]) -> tuple[Signal, ...]:
        """All signals about these interactions and cases."""
        with self.lock:
            while claimed := self.services.outbox.claim("evals", 200, LEASE_SECONDS):
                for signal in claimed:
                    self.kept.setdefault(signal.subject, []).append(signal)
            return tuple(signal for subject in subjects for signal in self.kept.get(subject, ()))


def run_cases(
    services: Services,
    cases: Sequence[EvalCase],
    labels: Mapping[str, ProductNames],
    workers: int = 1,
    on_case: OnCase | None = None,
    further: Sequence[Scorer] = (),
) -> tuple[CaseResult, ...]:
    """Play and score every case; the results stand in the order of the cases.

    `labels` maps a label's file name to the names of its product. A case that raises is a miss with
    its error, and the others go on. `further` scorers judge beside our own.
    """
    player = Player(services, labels, further)

    def one(case: EvalCase) -> CaseResult:
        result = player.play(case)
        if on_case is not None:
            on_case(result)
        return result

    if workers == 1:
        return tuple(one(case) for case in cases)
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="evals") as pool:
        return tuple(pool.map(one, cases))


class Player:
    """Plays one case after another on open services, and scores them. Safe from several threads."""

    def __init__(self, services: Services, labels: Mapping[str, ProductNames], further: Sequence[Scorer] = ()) -> None:
        self._services = services
        self._labels = labels
        self._further = further
        self._tap = _Tap(services)

    def play(self, case: EvalCase) -> CaseResult:
        """One case, played and scored; one that raises is a miss with its error."""
        return _run_case(self._services, case, self._labels, self._tap, self._further)


def _run_case(
    services: Services, case: EvalCase, labels: Mapping[str, ProductNames], tap: _Tap, further: Sequence[Scorer]
) -> CaseResult:
    started = time.perf_counter()
    reply, kept, audit, seconds, error = None, Kept(), CitationAudit(), 0.0, None
    context = ContextAudit()
    found: tuple[FoundPassage, ...] = ()
    checks: tuple[CheckRecord, ...] = ()
    try:
        recorded, seconds = play(services, case, resolve_product(services, case, labels))
        last = recorded[-1]
        reply = reply_record(last.reply, last.question.text, [draft.confidence for draft in last.drafts])
        kept = _left_behind(services, recorded, tap) if case.expect.redact else Kept(found=found_texts(last))
        audit = audit_citations(last.reply, services.knowledge, services.clock.now())
        context = audit_context(last.reply, partial(_reading, services))
        found, checks = found_passages(last), checks_made(last)
    except Exception as failure:  # noqa: BLE001 - whatever a turn raises is a miss, never an end of the run
        reply, error = None, f"{type(failure).__name__}: {failure}"
        seconds = time.perf_counter() - started
    return CaseResult(
        id=case.id,
        category=case.category,
        expected=case.expect.outcome,
        turns=case.turns,
        reply=reply,
        scores=score(case, reply, kept, audit),
        seconds=seconds,
        error=error,
        findings=findings(case, reply, kept, audit),
        found=found,
        checks=checks,
        expect=case.expect,
        why=case.why,
        marks=mark_all(Played(case, reply, kept, audit, context), further),
    )


def _reading(services: Services, document_id: str, version: str) -> Reading:
    return services.assistant.readings.of(services.knowledge.document(document_id, version))


def play(services: Services, case: EvalCase, product: str | None) -> tuple[tuple[Interaction, ...], float]:
    """Put the turns of one conversation; its turns as the ledger holds them, and the seconds of the last."""
    conversation_id = f"conversation_{uuid.uuid4().hex}"
    seconds = 0.0
    for text in case.turns:
        question = Question(
            question_id=f"question_{uuid.uuid4().hex}",
            conversation_id=conversation_id,
            asker=Asker(pseudonym="evals"),
            scope=Scope(product=product, market=case.market),
            text=text,
            asked_at=services.clock.now(),
        )
        started = time.perf_counter()
        shown = services.assistant.take_turn(question)
        seconds = time.perf_counter() - started
    recorded = services.ledger.conversation(conversation_id, last=len(case.turns))
    if len(recorded) != len(case.turns) or recorded[-1].reply != shown.reply:
        raise EvalError(f"{case.id}: what was shown is not what was recorded.")
    return recorded, seconds


def resolve_product(services: Services, case: EvalCase, labels: Mapping[str, ProductNames]) -> str | None:
    """The product a case is scoped to, by the library's own name; None where the case names none.

    Raises EvalError when the library holds neither a product of that name nor the case's label.
    """
    if case.product is None:
        return None
    wanted = case.product.casefold()
    held = services.knowledge.products(case.market, Audience.HCP, services.clock.now())
    label = labels.get(case.label or "")
    if label is not None and label.product.casefold() == wanted:
        return label.product
    for names in held:
        if names.product.casefold() == wanted:
            return names.product
    if label is not None:
        return label.product
    raise EvalError(f"{case.id}: the library holds no product '{case.product}' for {case.market}; add its label.")


def _left_behind(services: Services, recorded: Sequence[Interaction], tap: _Tap) -> Kept:
    """What the turns of one conversation left in records, cases and signals."""
    kept = []
    for interaction in recorded:
        outcomes = interaction.reply.outcomes
        case_ids = dict.fromkeys(o.case_id for o in outcomes if isinstance(o, HandOff | SafetyIntake))
        cases = [services.desk.case(case_id) for case_id in case_ids]
        kept.append(kept_texts(interaction, cases, tap.of((interaction.interaction_id, *case_ids))))
    return Kept(
        from_turn=tuple(text for one in kept for text in one.from_turn),
        mixed=tuple(text for one in kept for text in one.mixed),
        found=found_texts(recorded[-1]),
    )
