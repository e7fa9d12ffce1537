"""What the web layer needs of the running service, and how a route gets hold of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from assistant.cases.routing import RoutingRules
from assistant.config import Settings
from assistant.outgoing import Contacts
from assistant.policy import PolicyPack
from assistant.ports import Clock, Desk, Knowledge, Ledger, Outbox
from assistant.records import Interaction
from assistant.screens import Screen
from assistant.types import Question
from knowledge.reports import AddReport
from knowledge.types import DocumentSummary, Market


class Catalogued(Knowledge, Protocol):
    """The library, with its catalog: `knowledge.Library` is one."""

    def summaries(self) -> Sequence[DocumentSummary]:
        """Every document version, whatever its status."""
        ...

    def add(self, paths: Sequence[Path], on_progress: Callable[[str], None] | None = None) -> AddReport:
        """Parse and submit every source under these paths; a file that fails is reported, the others go in."""
        ...


class TakesTurns(Protocol):
    """The assistant: `assistant.pipeline.Assistant` is one."""

    @property
    def screens(self) -> Sequence[Screen]:
        """The screens every text of an HCP goes through, feedback too."""
        ...

    def take_turn(self, question: Question, on_stage: Callable[[str], None] | None = None) -> Interaction:
        """Answer one message and record the turn. Raises NotRecorded."""
        ...


class Services(Protocol):
    """What a route may use. `assistant.bootstrap.Services` is the real one; tests bring their own."""

    @property
    def settings(self) -> Settings:
        """All settings."""
        ...

    @property
    def clock(self) -> Clock:
        """The time, in UTC."""
        ...

    @property
    def knowledge(self) -> Catalogued:
        """Approved documents."""
        ...

    @property
    def policies(self) -> Mapping[Market, PolicyPack]:
        """The policy pack of each market served."""
        ...

    @property
    def assistant(self) -> TakesTurns:
        """Takes turns."""
        ...

    @property
    def ledger(self) -> Ledger:
        """The record."""
        ...

    @property
    def desk(self) -> Desk:
        """Cases."""
        ...

    @property
    def rules(self) -> RoutingRules:
        """Where cases go, and how soon they are due."""
        ...

    @property
    def contacts(self) -> Contacts:
        """How HCPs agreed to be reached."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Signals waiting."""
        ...


async def services_of(request: Request) -> Services:
    """The services this application was created with. As all that a route depends on `async`: else a thread each."""
    return cast("Services", request.app.state.services)


Given = Annotated[Services, Depends(services_of)]
