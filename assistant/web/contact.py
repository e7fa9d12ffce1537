"""How an HCP wants to be told of a reply: in the portal alone, or also at an address they agreed to leave."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Literal

from fastapi import APIRouter
from pydantic import Field, model_validator

from assistant.errors import NotFound
from assistant.outgoing import Contact
from assistant.web.conversations import Held
from assistant.web.services import Given
from knowledge.types import Value

router = APIRouter(prefix="/v1/conversations/{conversation_id}/contact", tags=["replies of experts"])
_ADDRESS = re.compile(r"[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;]+")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,30}")
Channel = Literal["portal", "email", "phone"]


class NewContact(Value):
    """An address, and that the sentence shown was agreed to."""

    channel: Literal["email", "phone"]
    address: str = Field(max_length=254)
    agreed: Literal[True]

    @model_validator(mode="after")
    def _is_an_address(self) -> NewContact:
        wanted = _ADDRESS if self.channel == "email" else _TELEPHONE
        if not wanted.fullmatch(self.address.strip()):
            raise ValueError("this is no address of that kind")
        return self


class ContactShown(Value):
    """What is agreed, with the sentence to agree to. The address itself is not repeated."""

    channel: Channel
    consent: str


@router.get("", summary="How I am told of a reply")
def read(conversation_id: str, services: Given, held: Held) -> ContactShown:
    """The channel in use, and the sentence that an HCP agrees to who leaves an address."""
    opened = held.find(conversation_id, services)
    found = services.contacts.of(conversation_id)
    consent = services.policies[opened.scope.market].texts.contact_consent
    return ContactShown(channel=found.channel if found else "portal", consent=consent)


@router.put("", summary="Leave an address")
def agree(conversation_id: str, new: NewContact, services: Given, held: Held) -> ContactShown:
    """Keep an address, encrypted and for this one purpose; it replaces the one before."""
    opened = held.find(conversation_id, services)
    consent = services.policies[opened.scope.market].texts.contact_consent
    contact = Contact(
        conversation_id=conversation_id,
        channel=new.channel,
        address=new.address.strip(),
        agreed_to=consent,
        agreed_at=services.clock.now(),
    )
    services.contacts.agree(contact, opened.asker.pseudonym)
    return ContactShown(channel=new.channel, consent=consent)


@router.delete("", summary="Take an address back")
def withdraw(conversation_id: str, services: Given, held: Held) -> ContactShown:
    """Forget the address; taking it back twice is taking it back once."""
    opened = held.find(conversation_id, services)
    with suppress(NotFound):  # nothing was kept
        services.contacts.withdraw(conversation_id, opened.asker.pseudonym, services.clock.now())
    return ContactShown(channel="portal", consent=services.policies[opened.scope.market].texts.contact_consent)
