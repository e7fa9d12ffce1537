"""Conversations: opened with the AI notice (EU AI Act Art. 50), read again, and what a turn looks like outside."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from assistant.pipeline import new_id
from assistant.records import Interaction
from assistant.types import Asker, HandOff, Reply, Scope
from assistant.web.problems import Refused
from assistant.web.services import Given, Services
from knowledge.types import Audience, Market, Value

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
SHOWN_TURNS = 100
OPEN_AT_MOST = 20_000  # conversations without a first message; the oldest go, a client then opens anew


class Specialty(StrEnum):
    """What an HCP may name as their field; a list, so that nothing personal is typed."""

    CARDIOLOGY = "Cardiology"
    DERMATOLOGY = "Dermatology"
    EMERGENCY_MEDICINE = "Emergency medicine"
    ENDOCRINOLOGY = "Endocrinology"
    GASTROENTEROLOGY = "Gastroenterology"
    GENERAL_PRACTICE = "General practice"
    GERIATRICS = "Geriatrics"
    GYNAECOLOGY = "Gynecology and obstetrics"
    HAEMATOLOGY = "Hematology"
    INFECTIOUS_DISEASE = "Infectious disease"
    INTERNAL_MEDICINE = "Internal medicine"
    NEPHROLOGY = "Nephrology"
    NEUROLOGY = "Neurology"
    NURSING = "Nursing"
    ONCOLOGY = "Oncology"
    OPHTHALMOLOGY = "Ophthalmology"
    PAEDIATRICS = "Pediatrics"
    PHARMACY = "Pharmacy"
    PSYCHIATRY = "Psychiatry"
    PULMONOLOGY = "Pulmonology"
    RHEUMATOLOGY = "Rheumatology"
    SURGERY = "Surgery"
    UROLOGY = "Urology"
    OTHER = "Other"


class NewConversation(Value):
    """What a portal says when an HCP begins."""

    market: Market | None = Field(default=None, description="The portal's market when not given.")
    product: str | None = Field(default=None, max_length=200, description="Brand or generic name; none: any product.")
    specialty: Specialty | None = None
    territory: str = Field(
        default="",
        pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,6})?$|^$",
        description="ISO 3166, such as US-NY.",
    )
    audience: Literal["hcp"] = "hcp"


class OpenedConversation(Value):
    """A conversation, and the notice that must be shown before its first message."""

    conversation_id: str
    market: Market
    product: str | None
    ai_notice: str


class Message(Value):
    """One turn: the question as recorded (redacted) and the reply."""

    interaction_id: str
    conversation_id: str
    question: str
    asked_at: datetime
    reply: Reply
    cases: dict[str, str] = Field(default_factory=dict, description="Status of each case a hand-off opened.")
    ai_generated: Literal[True] = True
    finished_at: datetime


class Transcript(Value):
    """A conversation so far."""

    conversation_id: str
    market: Market
    product: str | None
    ai_notice: str
    messages: tuple[Message, ...]


class Opened(Value):
    """Who asks, about what."""

    asker: Asker
    scope: Scope


class Conversations:
    """The conversations this process opened and that have no recorded turn yet; the record holds the others."""

    def __init__(self) -> None:
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._lock = Lock()

    def open(self, opened: Opened) -> str:
        """Keep a new conversation; its id is random and the key to it."""
        conversation_id = new_id("conversation")
        with self._lock:
            self._opened[conversation_id] = opened
            while len(self._opened) > OPEN_AT_MOST:
                self._opened.popitem(last=False)
        return conversation_id

    def held(self, conversation_id: str) -> Opened | None:
        """Who asks in a conversation that was opened here; the record is not asked."""
        with self._lock:
            return self._opened.get(conversation_id)

    def find(self, conversation_id: str, services: Services) -> Opened:
        """Who asks in a conversation, about what. Refuses an id that nobody opened."""
        opened = self.held(conversation_id)
        if opened is not None:
            return opened
        turns = services.ledger.conversation(conversation_id, last=1)
        if not turns:
            detail = "There is no such conversation. Open one with POST /v1/conversations."
            raise Refused(404, "unknown_conversation", detail)
        return Opened(asker=turns[0].question.asker, scope=turns[0].question.scope)


async def conversations_of(request: Request) -> Conversations:
    """The conversations of this application."""
    held = request.app.state.conversations
    assert isinstance(held, Conversations)
    return held


Held = Annotated[Conversations, Depends(conversations_of)]


@router.post("", status_code=201, summary="Open a conversation")
def open_conversation(new: NewConversation, services: Given, held: Held) -> OpenedConversation:
    """Open a conversation for an HCP. Show `ai_notice` before the first message is written."""
    market = new.market or services.settings.web.market
    policy = services.policies.get(market)
    if policy is None:
        served = ", ".join(sorted(services.policies))
        raise Refused(422, "not_served", f"Nothing is served for market {market}; served are: {served}.")
    product = product_named(services, new.product, market) or services.settings.web.product
    opened = Opened(
        asker=Asker(pseudonym=new_id("asker"), specialty=new.specialty or "", territory=new.territory),
        scope=Scope(product=product, market=market, audience=Audience.HCP),
    )
    return OpenedConversation(
        conversation_id=held.open(opened), market=market, product=product, ai_notice=policy.texts.ai_notice
    )


def product_named(services: Services, name: str | None, market: Market) -> str | None:
    """The product as the library spells it, by brand or generic name. Refuses one that is not there."""
    if name is None or not name.strip():
        return None
    wanted = name.strip().casefold()
    for names in services.knowledge.products(market, Audience.HCP, services.clock.now()):
        if wanted in {names.product.casefold(), names.generic.casefold()}:
            return names.product
    detail = f"There is no approved document for this product in market {market}. GET /v1/products lists them."
    raise Refused(422, "unknown_product", detail)


@router.get("/{conversation_id}", summary="Read a conversation")
def read_conversation(conversation_id: str, services: Given, held: Held) -> Transcript:
    """The messages so far, oldest first, with the questions as recorded."""
    opened = held.find(conversation_id, services)
    turns = services.ledger.conversation(conversation_id, last=SHOWN_TURNS)
    return Transcript(
        conversation_id=conversation_id,
        market=opened.scope.market,
        product=opened.scope.product,
        ai_notice=services.policies[opened.scope.market].texts.ai_notice,
        messages=tuple(message(turn, services) for turn in turns),
    )


def message(turn: Interaction, services: Services) -> Message:
    """A recorded turn as the HCP may see it."""
    return Message(
        interaction_id=turn.interaction_id,
        conversation_id=turn.question.conversation_id,
        question=turn.question.text,
        asked_at=turn.question.asked_at,
        reply=turn.reply,
        cases=_case_statuses(turn, services),
        finished_at=turn.finished_at,
    )


def _case_statuses(turn: Interaction, services: Services) -> dict[str, str]:
    handed_over = [o for o in turn.reply.outcomes if isinstance(o, HandOff)]
    return {o.case_id: services.desk.case(o.case_id).status for o in handed_over}
