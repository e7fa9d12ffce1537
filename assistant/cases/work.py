"""What staff do with a case: each act is one event, refused when someone else's act came between.

Optimistic: who acts says which event it saw last. What came after it matters only when it changes who works on the
case or what was written; a note or a word of the HCP does not stop anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from assistant.cases.lines import CaseQuery
from assistant.cases.response import faults
from assistant.cases.routing import RoutingRules, Team
from assistant.cases.state import next_event
from assistant.errors import Conflict
from assistant.ports import Clock, Desk
from assistant.records import Case, CaseEvent, CaseEventKind, CaseKind, CaseStatus, Purpose, Signal
from assistant.responses import ResponseDocument, Signature
from knowledge.types import Value

MEANING = "I have reviewed this response and am responsible for its content."
ATTEMPTS = 4
_K = CaseEventKind
_WEIGHTY = frozenset(
    {
        _K.ASSIGNED,
        _K.RELEASED,
        _K.DRAFTED,
        _K.REPLIED,
        _K.TRANSFERRED,
        _K.MERGED,
        _K.WITHDRAWN,
        _K.RESOLVED,
        _K.REOPENED,
    }
)
_HOLDING = (CaseStatus.ASSIGNED,)


class Overtaken(Conflict):
    """Someone else's act came between; `case` is the case as it is now."""

    def __init__(self, case: Case, event: CaseEvent) -> None:
        super().__init__(f"{event.actor} was first: {case.case_id} was {event.kind.value} since you read it.")
        self.case = case


class Incomplete(Conflict):
    """A response is not ready to be sent; `faults` says what is missing."""

    def __init__(self, found: tuple[str, ...]) -> None:
        super().__init__("The response is not ready to be sent: " + " ".join(found))
        self.faults = found


class Act(Value):
    """What someone wants to do with a case."""

    kind: CaseEventKind
    actor: str
    seen: int  # sequence of the last event the actor saw
    text: str = ""
    reason: str = ""
    response: ResponseDocument | None = None
    interaction_id: str | None = None


@dataclass(frozen=True)
class CaseWork:
    """Carries out what staff decide. All collaborators are given."""

    desk: Desk
    clock: Clock
    rules: RoutingRules
    new_id: Callable[[str], str]

    def do(self, case_id: str, act: Act) -> Case:
        """Add the act to the case's thread. Raises NotFound, Overtaken, Conflict."""
        for attempt in range(1, ATTEMPTS + 1):
            case = self.desk.case(case_id)
            self._check(case, act)
            event = next_event(
                case,
                act.kind,
                act.actor,
                self.clock.now(),
                act.text,
                reason=act.reason,
                response=act.response,
                interaction_id=act.interaction_id,
            )
            try:
                self.desk.append(event, (self.signal(event),))
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
                continue  # someone wrote in between: read again, then judge again
            return self.desk.case(case_id)
        raise AssertionError("unreachable")  # pragma: no cover

    def claim(self, case_id: str, actor: str, seen: int) -> Case:
        """Take a case that is nobody's. Raises Overtaken when somebody has it, Conflict where one holds enough."""
        case = self.desk.case(case_id)
        if case.assignee == actor and case.status is CaseStatus.ASSIGNED:
            return case  # pressed twice
        if case.assignee is not None:
            taken = next(e for e in reversed(case.events) if e.kind is CaseEventKind.ASSIGNED)
            raise Overtaken(case, taken)
        self._check_capacity(actor)
        return self.do(case_id, Act(kind=CaseEventKind.ASSIGNED, actor=actor, seen=seen))

    def send(self, case_id: str, actor: str, seen: int, document: ResponseDocument, signed_as: str) -> Case:
        """Sign a response and send it to the HCP. Raises Incomplete, Overtaken, Conflict."""
        case = self.desk.case(case_id)
        self._check(case, Act(kind=CaseEventKind.REPLIED, actor=actor, seen=seen))
        if found := (*faults(document, case), *(() if signed_as.strip() else ("Sign with your name.",))):
            raise Incomplete(found)
        signature = Signature(
            signer=actor,
            name=" ".join(signed_as.split()),
            meaning=MEANING,
            signed_at=self.clock.now(),
            content_sha256=content_of(document),
        )
        signed = document.model_copy(update={"signature": signature})
        return self.do(case_id, Act(kind=CaseEventKind.REPLIED, actor=actor, seen=seen, response=signed))

    def signal(self, event: CaseEvent) -> Signal:
        """What other services learn of an event: no word of what was written, and never for the profile."""
        medical = event.case_kind is CaseKind.MEDICAL_INFORMATION
        return Signal(
            signal_id=self.new_id("signal"),
            type=f"case.{event.kind.value}",
            subject=event.case_id,
            purpose=Purpose.MEDICAL if medical else Purpose.SAFETY,
            consent="not_needed",
            data={"case_id": event.case_id, "kind": event.case_kind.value, "market": event.market.value},
            at=event.at,
        )

    def _check(self, case: Case, act: Act) -> None:
        if act.seen > len(case.events):
            raise Conflict(f"{case.case_id} has {len(case.events)} events, not {act.seen}: read it again.")
        if act.kind in _WEIGHTY:
            since = next((e for e in case.events if e.sequence > act.seen and e.kind in _WEIGHTY), None)
            if since is not None:
                raise Overtaken(case, since)
        if act.kind in (CaseEventKind.DRAFTED, CaseEventKind.REPLIED) and case.assignee != act.actor:
            holder = case.assignee or "nobody"
            raise Conflict(f"{case.case_id} is assigned to {holder}: take it before you write a reply.")

    def _check_capacity(self, actor: str) -> None:
        for team in self.rules.teams:
            member = next((m for m in team.members if m.pseudonym == actor), None)
            if member is None:
                continue
            held = self.desk.lines(CaseQuery(assignee=actor, statuses=_HOLDING, limit=1)).total
            if held >= member.capacity:
                raise Conflict(f"You hold {held} cases of {member.capacity}: send or release one first.")


def content_of(document: ResponseDocument) -> str:
    """The SHA-256 that a signature is bound to: of the document without its signature."""
    unsigned = document.model_copy(update={"signature": None})
    return hashlib.sha256(unsigned.model_dump_json().encode()).hexdigest()


def signature_holds(document: ResponseDocument) -> bool:
    """Whether a response still says what was signed."""
    return document.signature is not None and document.signature.content_sha256 == content_of(document)


def led_by(rules: RoutingRules, team: str) -> str:
    """Who takes what ran out of time in a team; empty when nobody is named."""
    found: Team | None = rules.team(team)
    return found.lead if found else ""
