"""What the console shows of cases: clocks in words, counts, what was found and what is missing, similar cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from assistant.cases.lines import WAITING, CaseLine, CaseQuery
from assistant.config import Token
from assistant.records import Case, CaseKind, CaseStatus, Interaction, Priority
from assistant.types import FindingKind, HandOff, PartKind
from assistant.web.services import Services
from knowledge.types import Value

_SIMILAR_AT_LEAST = 45.0  # of 100
_SIMILAR_SHOWN = 4
_LOOKED_AT = 400
_DAY, _HOUR = 86_400, 3_600


class ClockShown(Value):
    """A clock in words, and its tone: "bad" overdue, "wait" due soon, "" otherwise."""

    text: str
    tone: str
    at: datetime | None


class Row(Value):
    """A line of the queue with its clock."""

    line: CaseLine
    clock: ClockShown


class Counts(Value):
    """What waits, at a glance, and the values there are to filter by."""

    waiting: int
    mine: int
    unassigned: int
    due_soon: int
    overdue: int
    replied: int
    closed: int
    products: tuple[str, ...]
    markets: tuple[str, ...]
    reasons: tuple[str, ...]
    assignees: tuple[str, ...]


class PartShown(Value):
    """One thing a message asked, what was looked for and found, and what was missing."""

    text: str
    kind: str
    sections: tuple[str, ...]
    confidence: float | None
    failed: tuple[str, ...]  # checks that did not hold


class FindingShown(Value):
    """What a rule saw, in the words it saw it in."""

    kind: str
    detail: str
    words: str
    rule: str
    confidence: float


class Profile(Value):
    """What may be known of an HCP here: a pseudonym, their field, how often they asked. No name, no profile data."""

    pseudonym: str
    specialty: str
    market: str
    language: str
    turns: int
    earlier_requests: int


def clock_shown(line: CaseLine, services: Services) -> ClockShown:
    """A case's clock, as of now."""
    now = services.clock.now()
    if line.due_at is None:
        return ClockShown(text="", tone="", at=None)
    left = line.due_at - now
    words = _long(abs(left))
    if left < timedelta(0):
        return ClockShown(text=f"overdue by {words}", tone="bad", at=line.due_at)
    warn = timedelta(hours=services.rules.priorities[line.priority].warn_hours)
    return ClockShown(text=f"due in {words}", tone="wait" if left <= warn else "", at=line.due_at)


def _long(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    if seconds >= _DAY:
        return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"
    return f"{seconds // _HOUR} h {seconds % _HOUR // 60} min"


def rows(lines: Sequence[CaseLine], services: Services) -> tuple[Row, ...]:
    """The lines with their clocks."""
    return tuple(Row(line=line, clock=clock_shown(line, services)) for line in lines)


def soon(services: Services) -> datetime:
    """Until when a clock that ends counts as due soon: the longest warning of the rules."""
    longest = max(p.warn_hours for p in services.rules.priorities.values())
    return services.clock.now() + timedelta(hours=longest)


def counts(services: Services, kinds: tuple[CaseKind, ...], reader: Token) -> Counts:
    """Figures of the whole queue, whatever filter is on."""
    now = services.clock.now()
    tallies = services.desk.tallies(CaseQuery(kinds=kinds))
    by_status: Counter[CaseStatus] = Counter()
    for t in tallies:
        by_status[t.status] += t.count
    overdue = services.desk.lines(CaseQuery(kinds=kinds, due_before=now, limit=1)).total
    due = services.desk.lines(CaseQuery(kinds=kinds, due_after=now, due_before=soon(services), limit=1)).total
    return Counts(
        waiting=sum(by_status[s] for s in WAITING),
        mine=sum(t.count for t in tallies if t.assignee == reader.pseudonym and t.status is CaseStatus.ASSIGNED),
        unassigned=sum(t.count for t in tallies if t.assignee is None and t.status in WAITING),
        due_soon=due,
        overdue=overdue,
        replied=by_status[CaseStatus.REPLIED],
        closed=by_status[CaseStatus.RESOLVED] + by_status[CaseStatus.WITHDRAWN] + by_status[CaseStatus.MERGED],
        products=tuple(sorted({t.product for t in tallies if t.product})),
        markets=tuple(sorted({t.market.value for t in tallies})),
        reasons=tuple(sorted({t.reason for t in tallies if t.reason})),
        assignees=tuple(sorted({t.assignee for t in tallies if t.assignee})),
    )


def parts_of(turn: Interaction) -> tuple[PartShown, ...]:
    """Each part of a message with what was found for it and what was missing."""
    if turn.understanding is None:
        return ()
    shown = []
    for index, part in enumerate(turn.understanding.parts):
        if part.kind is PartKind.SAFETY_REPORT:
            continue  # drug safety reads it in its own case
        found = next((e.result for e in turn.evidence if e.part == index), None)
        drafted = next((d for d in turn.drafts if d.part == index), None)
        verified = next((v for v in turn.verifications if v.part == index), None)
        sections = (" › ".join(p.passage.heading_path) for p in found.passages) if found else ()
        shown.append(
            PartShown(
                text=part.standalone or part.text,
                kind=part.kind.value,
                sections=tuple(dict.fromkeys(sections))[:5],
                confidence=drafted.confidence if drafted else None,
                failed=tuple(c.name for c in verified.checks if c.passed is not True) if verified else (),
            )
        )
    return tuple(shown)


def findings_of(turn: Interaction, kind: CaseKind) -> tuple[FindingShown, ...]:
    """What the rules saw in a message. Safety findings are shown to drug safety alone."""
    text = turn.screening.redacted
    is_medical = kind is CaseKind.MEDICAL_INFORMATION
    hidden = {FindingKind.PERSONAL_DATA} | ({FindingKind.SAFETY_REPORT} if is_medical else set())
    return tuple(
        FindingShown(
            kind=f.kind.value, detail=f.detail, words=text[f.start : f.end], rule=f.found_by, confidence=f.confidence
        )
        for f in turn.screening.findings
        if f.kind not in hidden
    )


def reasons_of(turn: Interaction, case: Case) -> tuple[HandOff, ...]:
    """What the HCP was told when this case was opened."""
    return tuple(o for o in turn.reply.outcomes if isinstance(o, HandOff) and o.case_id == case.case_id)


def profile_of(turn: Interaction, turns: Sequence[Interaction], services: Services) -> Profile:
    """The HCP's card."""
    asked = CaseQuery(
        kinds=(CaseKind.MEDICAL_INFORMATION,), interaction_ids=tuple(t.interaction_id for t in turns), limit=1
    )
    asker = turn.question.asker
    return Profile(
        pseudonym=asker.pseudonym,
        specialty=asker.specialty or "not told",
        market=turn.question.scope.market.value,
        language=turn.question.scope.language,
        turns=len(turns),
        earlier_requests=max(0, services.desk.lines(asked).total - 1),
    )


def similar_to(case: Case, services: Services) -> tuple[CaseLine, ...]:
    """Answered cases of the same kind and product whose question is worded alike, best first."""
    asked = CaseQuery(
        kinds=(case.kind,),
        products=(case.product,) if case.product else (),
        statuses=(CaseStatus.REPLIED, CaseStatus.RESOLVED),
        order="newest",
        limit=_LOOKED_AT,
    )
    scored = [
        (fuzz.token_set_ratio(case.text.lower(), line.text.lower()), line)
        for line in services.desk.lines(asked).lines
        if line.case_id != case.case_id
    ]
    close = sorted((s for s in scored if s[0] >= _SIMILAR_AT_LEAST), key=lambda s: -s[0])
    return tuple(line for _, line in close[:_SIMILAR_SHOWN])


def siblings_of(case: Case, kinds: tuple[CaseKind, ...], services: Services) -> tuple[CaseLine, ...]:
    """Other cases of the same message that this reader may see."""
    if case.interaction_id is None:
        return ()
    found = services.desk.lines(CaseQuery(kinds=kinds, interaction_ids=(case.interaction_id,))).lines
    return tuple(line for line in found if line.case_id != case.case_id)


PRIORITY_TONES = {Priority.URGENT: "bad", Priority.HIGH: "wait", Priority.NORMAL: ""}
