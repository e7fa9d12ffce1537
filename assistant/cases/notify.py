"""Who is told what about a case, and in which words. Pure: plans and texts; nothing is sent here.

Staff mails and webhooks hold no word of what was written: only which case, and what its clock says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from assistant.cases.lines import CaseLine
from assistant.cases.response import SECTIONS
from assistant.cases.safety import SAFETY_CASES, TOLD
from assistant.outgoing import Channel, Dispatch, Mail, dispatch_id
from assistant.policy import PolicyPack
from assistant.records import CaseEvent, CaseEventKind, CaseKind, Purpose, Signal
from assistant.responses import ResponseDocument

REPORT, NEW, DUE, OVERDUE, ANSWER, DEAD = (
    "report", "case.new", "case.due", "case.overdue", "answer.ready", "transfer.dead",
)  # fmt: skip
TO_HCP, TO_SAFETY_SYSTEM, TO_WEBHOOK = "hcp", "safety-system", "webhook"
NEWS_AGE = timedelta(days=2)  # older events are no news: a database that was just upgraded tells nobody
LAST_PART = 0.25  # of a clock: "due soon" is said no earlier, however short the clock
_REPORTED = frozenset({*TOLD, CaseEventKind.ASSESSED})


@dataclass(frozen=True)
class Audience:
    """Who is told: mail addresses by kind of case, and whether a webhook is."""

    mail: dict[CaseKind, tuple[str, ...]] = field(default_factory=dict)
    has_webhook: bool = False
    portal_url: str = ""
    sender_domain: str = "localhost"


@dataclass(frozen=True)
class Notices:
    """Plans what goes out."""

    audience: Audience

    def plan(self, event: CaseEvent, now: datetime) -> tuple[Dispatch, ...]:
        """What one event of a case sets off."""
        return tuple(self._plan(event, now))

    def _plan(self, event: CaseEvent, now: datetime) -> Iterator[Dispatch]:
        is_safety = event.case_kind in SAFETY_CASES
        if is_safety and event.kind in _REPORTED:
            yield _dispatch(Channel.TRANSFER, event, REPORT, TO_SAFETY_SYSTEM, now)
        if not is_safety and event.kind is CaseEventKind.REPLIED:
            yield _dispatch(Channel.MAIL, event, ANSWER, TO_HCP, now)
        if now - event.at > NEWS_AGE:
            return
        asks = CaseEventKind.OPENED if is_safety else CaseEventKind.REQUESTED
        if event.kind is asks:
            yield from self._tell(event, NEW, now)
        if is_safety and event.kind is CaseEventKind.FAILED:
            yield from self._tell(event, DEAD, now)

    def _tell(self, event: CaseEvent, about: str, now: datetime) -> Iterator[Dispatch]:
        for address in self.audience.mail.get(event.case_kind, ()):
            yield _dispatch(Channel.MAIL, event, about, address, now)
        if self.audience.has_webhook:
            yield _dispatch(Channel.WEBHOOK, event, about, TO_WEBHOOK, now)

    def clock(self, line: CaseLine, now: datetime) -> tuple[Dispatch, ...]:
        """What is told of a case whose clock ends soon or has ended: once for each end, soon and over."""
        if line.due_at is None:
            return ()
        length = line.due_at - (line.requested_at or line.opened_at)
        if line.due_at - now > length * LAST_PART:
            return ()
        about = OVERDUE if line.due_at <= now else DUE
        detail = line.due_at.astimezone(UTC).isoformat()
        told = [(Channel.MAIL, address) for address in self.audience.mail.get(line.kind, ())]
        told += [(Channel.WEBHOOK, TO_WEBHOOK)] if self.audience.has_webhook else []
        return tuple(
            Dispatch(
                dispatch_id=dispatch_id(channel, line.case_id, about, 0, to, detail),
                channel=channel,
                case_id=line.case_id,
                about=about,
                revision=0,
                recipient=to,
                detail=detail,
                created_at=now,
            )
            for channel, to in told
        )

    def staff_mail(self, dispatch: Dispatch, line: CaseLine) -> Mail:
        """A mail to a team: which case, and what its clock says."""
        place = "safety" if line.kind in SAFETY_CASES else "msl"
        due = f"{line.due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if line.due_at else "-"
        told = [
            f"Case: {line.case_id}",
            f"Kind: {line.kind.value.replace('_', ' ')}",
            f"Product: {line.product or '-'}, market {line.market.value}",
            f"Received: {line.opened_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
            f"Next clock ends: {due}",
        ]
        if self.audience.portal_url:
            told.append(f"Open it: {self.audience.portal_url.rstrip('/')}/{place}/{line.case_id}")
        return Mail(
            message_id=self.message_id(dispatch),
            to=dispatch.recipient,
            subject=f"{_SUBJECTS[dispatch.about]}: {line.case_id}",
            text="\n".join(told) + "\n",
        )

    def answer_mail(
        self, dispatch: Dispatch, to: str, response: ResponseDocument | None, text: str, policy: PolicyPack
    ) -> Mail:
        """The reply of an expert, as the HCP agreed to get it, with its safety information and references."""
        reply = response_text(response) if response is not None else text
        return Mail(
            message_id=self.message_id(dispatch),
            to=to,
            subject=policy.texts.answer_mail_subject,
            text=policy.texts.answer_mail.format(
                reference=dispatch.case_id, reply=reply, link=self.audience.portal_url or "-"
            ),
        )

    def message_id(self, dispatch: Dispatch) -> str:
        """The same for every attempt, so that a receiver can tell a copy."""
        digest = hashlib.sha256(dispatch.dispatch_id.encode()).hexdigest()[:32]
        return f"<{digest}@{self.audience.sender_domain}>"


_SUBJECTS = {
    NEW: "New case",
    DUE: "Case due soon",
    OVERDUE: "Case overdue",
    DEAD: "A report did not reach the safety system",
}


def signal_of(dispatch: Dispatch, line: CaseLine) -> Signal:
    """What a webhook is told."""
    is_safety = line.kind in SAFETY_CASES
    return Signal(
        signal_id=dispatch.dispatch_id,
        type=dispatch.about,
        subject=line.case_id,
        purpose=Purpose.SAFETY if is_safety else Purpose.MEDICAL,
        consent="not_needed",
        data={
            "case_id": line.case_id,
            "case_kind": line.kind.value,
            "market": line.market.value,
            "due_at": line.due_at.astimezone(UTC).isoformat() if line.due_at else None,
        },
        at=dispatch.created_at,
    )


def response_text(response: ResponseDocument) -> str:
    """A signed response as plain text: its sections, references, label, signature; nothing is folded away."""
    parts = [f"{title}\n{getattr(response, name)}" for name, title, _ in SECTIONS if getattr(response, name).strip()]
    if response.references:
        listed = [
            f"[{n}] {c.title}, version {c.version}: {c.section}" for n, c in enumerate(response.references, start=1)
        ]
        parts.append("References\n" + "\n".join(listed))
    if response.label is not None:
        parts.append(f"Full prescribing information: {response.label.title}, version {response.label.version}")
    if response.signature is not None:
        signed = response.signature
        parts.append(f"{signed.name}, {signed.signed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    if response.expires_on is not None:
        parts.append(f"Valid until {response.expires_on.isoformat()}")
    return "\n\n".join(parts)


def _dispatch(channel: Channel, event: CaseEvent, about: str, recipient: str, now: datetime) -> Dispatch:
    return Dispatch(
        dispatch_id=dispatch_id(channel, event.case_id, about, event.sequence, recipient),
        channel=channel,
        case_id=event.case_id,
        about=about,
        revision=event.sequence,
        recipient=recipient,
        created_at=now,
    )
