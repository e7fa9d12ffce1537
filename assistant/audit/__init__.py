"""The audit chain: each entry's hash covers the entry before it, so that nothing changes unseen (21 CFR Part 11).

`link` makes an entry, `verify` checks a run of them. Both are pure; where entries are kept is the
ledger's matter. A chain cut off at its end is sound in itself: only a `Head` kept elsewhere tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from assistant.records import AuditEntry
from knowledge.types import Value

GENESIS = "0" * 64  # what the first entry hangs on

MAX_PROBLEMS = 100  # a ruined file is described well enough by its first hundred faults


class Head(Value):
    """The end of a chain as someone wrote it down: the last sequence and its hash."""

    sequence: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read `SEQUENCE:HASH`, as `hcp audit verify` prints it. Raises ValueError naming what is wrong."""
        number, colon, digest = text.strip().partition(":")
        hexadecimal = len(digest) == len(GENESIS) and all(c in "0123456789abcdef" for c in digest)
        if not (colon and number.isdecimal() and hexadecimal):
            raise ValueError(f"{text!r} is not a head: give SEQUENCE:HASH as `hcp audit verify` prints it.")
        return cls(sequence=int(number), hash=digest)

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


EMPTY = Head(sequence=0, hash=GENESIS)


def content_hash(content: bytes) -> str:
    """The sha256 an entry holds of what was written."""
    return hashlib.sha256(content).hexdigest()


def link(
    previous_hash: str, at: datetime, actor: str, action: str, subject: str, content_sha256: str, sequence: int
) -> AuditEntry:
    """Make the entry that follows `previous_hash`; `GENESIS` stands before the first."""
    unhashed = AuditEntry(
        sequence=sequence,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        content_sha256=content_sha256,
        previous_hash=previous_hash,
        hash="",
    )
    return unhashed.model_copy(update={"hash": _hash(unhashed)})


def head_of(entries: Iterable[AuditEntry], start: Head = EMPTY) -> Head:
    """The head of a chain: its last entry, or `start` when there is none."""
    head = start
    for entry in entries:
        head = Head(sequence=entry.sequence, hash=entry.hash)
    return head


def verify(entries: Iterable[AuditEntry], head: Head | None = None, start: Head = EMPTY) -> tuple[str, ...]:
    """Check a chain; the problems found, none when it is sound.

    Finds changed, removed, inserted and reordered entries. With `head` (kept elsewhere) it also finds
    entries cut off at the end. `start` is the head of the entries before the first one given.
    """
    problems: list[str] = []
    last = start
    hash_at_head = start.hash if head is not None and head.sequence == start.sequence else None
    for entry in entries:
        if len(problems) < MAX_PROBLEMS:
            problems.extend(_problems_of(entry, last))
        last = Head(sequence=entry.sequence, hash=entry.hash)
        if head is not None and entry.sequence == head.sequence:
            hash_at_head = entry.hash
    if head is not None:
        problems.extend(_problems_at_head(head, last, hash_at_head))
    return tuple(problems)


def _problems_of(entry: AuditEntry, last: Head) -> list[str]:
    problems = []
    if entry.sequence != last.sequence + 1:
        problems.append(
            f"entry {entry.sequence} stands where {last.sequence + 1} is due: removed, inserted or reordered"
        )
    if entry.previous_hash != last.hash:
        problems.append(f"entry {entry.sequence} does not follow entry {last.sequence}: its previous hash differs")
    if entry.hash != _hash(entry):
        problems.append(f"entry {entry.sequence} ({entry.action} {entry.subject}) was changed: its hash does not fit")
    return problems


def _problems_at_head(head: Head, last: Head, hash_at_head: str | None) -> list[str]:
    if hash_at_head is None:
        return [f"the chain ends at entry {last.sequence}, but its head was anchored at {head.sequence}: cut off"]
    if hash_at_head != head.hash:
        return [f"entry {head.sequence} is not the one that was anchored as head: the chain was rewritten"]
    return []


def _hash(entry: AuditEntry) -> str:
    rest = entry.model_dump(mode="python", exclude={"hash", "previous_hash"})
    rest["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256((entry.previous_hash + canonical).encode()).hexdigest()
