"""One message in, one reply out: as JSON, or as server-sent events while the turn is taken.

A turn that began is always carried to its end and recorded, whether or not anyone still listens: it may
hold a safety report. So the work starts in the route, not in the response body, and the body only listens.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import Field

from assistant.pipeline import new_id
from assistant.records import Interaction
from assistant.types import Question
from assistant.web.admission import Admission, Rates, Slot
from assistant.web.conversations import Held, Message, Opened, message
from assistant.web.problems import Refused, of_exception
from assistant.web.services import Given, Services
from knowledge.types import Value

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
log = structlog.get_logger(__name__)

STAGES = ("screened", "understood", "retrieved", "composed", "verified", "decided", "recorded")
STREAM = "text/event-stream"
KEEP_ALIVE_SECONDS = 15.0
DRAIN_SECONDS = 20.0


class NewMessage(Value):
    """What the HCP wrote."""

    text: str = Field(min_length=1, description="At most `web.max_message_characters`, 4000 unless set otherwise.")


@dataclass
class Turn:
    """A turn under way: the stages it reaches, and its end: the turn as the HCP may see it, as JSON."""

    task: asyncio.Task[str]
    stages: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)


class Turns:
    """Carries turns to their end, at most so many at once, each question once."""

    def __init__(self, admission: Admission, at_once: int) -> None:
        self._running: dict[str, Turn] = {}  # by question id; holds each task until it is done
        self._admission = admission
        self._limiter = CapacityLimiter(at_once)

    def __len__(self) -> int:
        return len(self._running)

    async def enter(self) -> Slot:
        """A place for a turn, after waiting in line for a moment. Refuses with 503."""
        return await self._admission.enter()

    def start(self, question: Question, services: Services, slot: Slot, *, is_told: bool) -> Turn:
        """Begin a turn, which holds its place to its end; the same question again joins the turn under way.

        Its stages are told only where someone listens (`is_told`): each wakes the event loop.
        """
        if question.question_id in self._running:
            slot.leave()
            return _joined(self._running[question.question_id])
        loop = asyncio.get_running_loop()
        stages: asyncio.Queue[str | None] = asyncio.Queue()

        def tell(stage: str | None) -> None:
            if is_told and (stage is None or stage in STAGES):
                with suppress(RuntimeError):  # the server has stopped listening; the turn goes on
                    loop.call_soon_threadsafe(stages.put_nowait, stage)

        def take() -> str:  # shown in the same thread: handing over to another costs as much as the work
            try:
                return _shown(services.assistant.take_turn(question, tell), services)
            finally:
                tell(None)

        task = asyncio.create_task(to_thread.run_sync(take, limiter=self._limiter))
        turn = Turn(task=task, stages=stages)
        self._running[question.question_id] = turn
        task.add_done_callback(lambda done: self._done(question.question_id, done, slot))
        return turn

    async def drain(self) -> None:
        """Wait for the turns under way, so that a stop loses none."""
        tasks = [turn.task for turn in self._running.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN_SECONDS)

    def _done(self, question_id: str, task: asyncio.Task[str], slot: Slot) -> None:
        slot.leave()
        self._running.pop(question_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("turn.failed", question_id=question_id, error=type(error).__name__)


def _joined(turn: Turn) -> Turn:
    """The same turn for a second listener, who hears only its end."""
    stages: asyncio.Queue[str | None] = asyncio.Queue()
    stages.put_nowait(None)
    return Turn(task=turn.task, stages=stages)


def rates_of(request: Request) -> Rates:
    """The counts of messages in this application."""
    held = request.app.state.rates
    assert isinstance(held, Rates)
    return held


async def turns_of(request: Request) -> Turns:
    """The turns under way in this application."""
    held = request.app.state.turns
    assert isinstance(held, Turns)
    return held


@router.post(
    "/{conversation_id}/messages",
    summary="Ask",
    response_model=Message,
    responses={200: {"content": {STREAM: {"schema": {"type": "string"}}}, "description": "The reply"}},
)
async def ask(
    request: Request,
    conversation_id: str,
    new: NewMessage,
    services: Given,
    held: Held,
    turns: Annotated[Turns, Depends(turns_of)],
    accept: Annotated[str, Header()] = "application/json",
    idempotency_key: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:
    """Take one turn.

    With `Accept: text/event-stream` the answer is a stream: one `stage` event for each step reached
    (screened, understood, retrieved, composed, verified, decided, recorded), then one `reply` event with
    the JSON, or one `problem` event. A repeated `Idempotency-Key` gives the reply already recorded.

    With too many turns under way it is refused with 503, with too many messages in a minute with 429; both say in
    `Retry-After` how many seconds to wait, and neither leaves a record: send the message again, with the same key.
    """
    text = _checked(new.text, services.settings.web.max_message_characters)
    rates_of(request).check(request, conversation_id)
    slot = await turns.enter()
    try:
        opened = held.held(conversation_id)
        if opened is None:
            opened = await to_thread.run_sync(held.find, conversation_id, services)
        question = _question(conversation_id, text, opened, services.clock.now(), idempotency_key)
        earlier = await to_thread.run_sync(_recorded, question, services) if idempotency_key else None
    except BaseException:
        slot.leave()
        raise
    turn = turns.start(question, services, slot, is_told=STREAM in accept) if earlier is None else None
    if earlier is not None:
        slot.leave()
    if STREAM in accept:
        return EventSourceResponse(_events(turn, earlier))
    shown = earlier if turn is None else await asyncio.shield(turn.task)
    return Response(shown, media_type="application/json")


def _checked(text: str, most: int) -> str:
    if not text.strip():
        raise Refused(422, "empty_message", "The message is empty. Please write a question.")
    if len(text) > most:
        raise Refused(
            422, "message_too_long", f"The message has {len(text)} characters; {most} are possible. Please shorten it."
        )
    if any(ord(character) < ord(" ") and character not in "\t\n\r" for character in text):
        raise Refused(422, "control_characters", "The message holds control characters. Please remove them.")
    return text


def _question(conversation_id: str, text: str, opened: Opened, at: datetime, key: str | None) -> Question:
    question_id = new_id("question")
    if key is not None:  # the same key in the same conversation is the same question
        question_id = "question_" + hashlib.sha256(f"{conversation_id}\n{key}".encode()).hexdigest()[:32]
    return Question(
        question_id=question_id,
        conversation_id=conversation_id,
        asker=opened.asker,
        scope=opened.scope,
        text=text,
        asked_at=at,
    )


def _recorded(question: Question, services: Services) -> str | None:
    turns = services.ledger.conversation(question.conversation_id)
    found = next((turn for turn in turns if turn.question.question_id == question.question_id), None)
    return None if found is None else _shown(found, services)


def _shown(turn: Interaction, services: Services) -> str:
    """The turn as the HCP may see it, as JSON."""
    return message(turn, services).model_dump_json()


async def _events(turn: Turn | None, earlier: str | None) -> AsyncIterator[bytes]:
    """The stages as they are reached, then the reply. Leaving early ends the listening, not the turn."""
    try:
        if turn is not None:
            async for stage in _stages(turn):
                yield stage
            earlier = await asyncio.shield(turn.task)
        yield format_sse_event(event="reply", data_str=earlier or "")
    except Exception as error:  # noqa: BLE001 - the status line is gone; the stream itself tells what happened
        yield format_sse_event(event="problem", data_str=of_exception(error).model_dump_json())


async def _stages(turn: Turn) -> AsyncIterator[bytes]:
    while True:
        try:
            stage = await asyncio.wait_for(turn.stages.get(), KEEP_ALIVE_SECONDS)
        except TimeoutError:
            yield KEEPALIVE_COMMENT
            continue
        if stage is None:
            return
        yield format_sse_event(event="stage", data_str=f'{{"stage": "{stage}"}}')
