"""The one place where adapters are chosen: Settings in, a working assistant out."""

from __future__ import annotations

import importlib.metadata
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from assistant.adapters.chat import LangChainModel
from assistant.adapters.clock import SystemClock
from assistant.adapters.delivery import WebhookDelivery, make_delivery
from assistant.adapters.engine import make_engine, migrate
from assistant.adapters.reader import MiniLMReader
from assistant.adapters.safety_system import make_safety_system
from assistant.adapters.smtp_mailer import SmtpMailer
from assistant.adapters.sql_contacts import SqlContacts
from assistant.adapters.sql_desk import SqlDesk
from assistant.adapters.sql_dispatches import SqlDispatches
from assistant.adapters.sql_ledger import SqlLedger
from assistant.adapters.sql_outbox import SqlOutbox
from assistant.adapters.sql_received import SqlReceived
from assistant.adapters.vault import open_vault
from assistant.cases.dispatch import Carriers, Dispatcher, Patience
from assistant.cases.e2b import Sender
from assistant.cases.notify import Audience, Notices
from assistant.cases.reconcile import Received
from assistant.cases.routing import RoutingRules, read_rules
from assistant.composing.choose import Limits
from assistant.composing.confidence import ConfidenceModel
from assistant.config import EmbedderSettings, Settings, TransferSettings
from assistant.errors import SettingsError
from assistant.outgoing import Channel, Contacts
from assistant.pipeline import Assistant
from assistant.policy import PolicyPack, load_policy
from assistant.ports import Clock, Delivery, Desk, Ledger, Outbox
from assistant.prompts import load_prompt
from assistant.records import CaseKind
from assistant.screens import default_screens
from assistant.turn.phrase import Wording
from assistant.turn.screen import leave
from assistant.understanding.topics import load_topics
from knowledge import Library, open_library
from knowledge.embed import LangChainEmbedder
from knowledge.ports import Embedder
from knowledge.types import Market


@dataclass(frozen=True)
class Services:
    """Everything an entry point (HTTP, command line, evals) needs."""

    settings: Settings
    clock: Clock
    knowledge: Library
    policies: Mapping[Market, PolicyPack]
    assistant: Assistant
    ledger: Ledger
    desk: Desk
    rules: RoutingRules
    outbox: Outbox
    delivery: Delivery | None
    dispatcher: Dispatcher
    contacts: Contacts
    received: Received
    close: Callable[[], None]


def build(settings: Settings, embedder: Embedder | None = None) -> Services:
    """Open database, library and indexes, and put the assistant together.

    Raises SettingsError (a wrong setting), KnowledgeError (the library cannot be opened).
    """
    settings.storage.directory.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    engine = make_engine(settings.storage.url())
    migrate(engine)
    used = embedder or make_embedder(settings.embedder)
    library = make_library(settings, used, clock)
    policies = {market: load_policy(market, settings.policy.directory) for market in Market}
    rules = read_rules(settings.cases.rules)
    desk = SqlDesk(engine, clock, rules)
    if not desk.is_whole():  # a database from before there were lines
        desk.rebuild()
    vault = open_vault(settings.vault, settings.storage.directory)
    ledger = SqlLedger(engine, clock, vault, rules)
    contacts = SqlContacts(engine, vault)

    def close() -> None:
        library.close()
        engine.dispose()

    return Services(
        settings=settings,
        clock=clock,
        knowledge=library,
        policies=policies,
        assistant=_assistant(settings, used, library, ledger, policies, rules),
        ledger=ledger,
        desk=desk,
        rules=rules,
        outbox=SqlOutbox(engine, clock, settings.delivery.max_attempts),
        delivery=make_delivery(settings.delivery),
        dispatcher=Dispatcher(
            dispatches=SqlDispatches(engine, clock, rules, resend_uncertain=settings.mail.resend_uncertain),
            desk=desk,
            ledger=ledger,
            contacts=contacts,
            policies=policies,
            rules=rules,
            notices=Notices(_audience(settings)),
            carriers=_carriers(settings, clock),
            clock=clock,
            sender=_sender(settings.transfer),
            patience=_patience(settings),
        ),
        contacts=contacts,
        received=SqlReceived(engine),
        close=close,
    )


def _assistant(
    settings: Settings,
    used: Embedder,
    library: Library,
    ledger: SqlLedger,
    policies: Mapping[Market, PolicyPack],
    rules: RoutingRules,
) -> Assistant:
    reader = _reader(used)
    return Assistant(
        clock=SystemClock(),
        knowledge=library,
        ledger=ledger,
        screens=default_screens(reader),
        read_ahead=reader.ahead,
        search_ahead=used.ahead if isinstance(used, MiniLMReader) else leave,
        topics=load_topics(),
        confidence=ConfidenceModel.load(),
        policies=policies,
        limits=Limits(words=settings.answer.max_words, citations=settings.answer.max_citations),
        passages=settings.answer.passages,
        software=importlib.metadata.version("hcp-assistant"),
        commit=_commit(),
        models=(used.name,),
        routing=rules,
        wording=_wording(settings),
    )


def _sender(settings: TransferSettings) -> Sender:
    return Sender(organisation=settings.organisation, identifier=settings.identifier, receiver=settings.receiver)


def _carriers(settings: Settings, clock: Clock) -> Carriers:
    """What carries reports, mails and notices. Raises SettingsError."""
    notify = settings.notify
    return Carriers(
        safety_system=make_safety_system(settings.transfer),
        mailer=SmtpMailer(settings.mail, clock) if settings.mail.host else None,
        webhook=WebhookDelivery(notify.webhook_url, notify.webhook_secret.get_secret_value(), setting="notify")
        if notify.webhook_url
        else None,
    )


def _audience(settings: Settings) -> Audience:
    notify = settings.notify
    return Audience(
        mail={
            CaseKind.MEDICAL_INFORMATION: notify.medical_to,
            CaseKind.SAFETY: notify.safety_to,
            CaseKind.PRODUCT_COMPLAINT: notify.safety_to,
        },
        has_webhook=bool(notify.webhook_url),
        portal_url=notify.portal_url,
        sender_domain=settings.mail.sender.rpartition("@")[2] or "localhost",
    )


def _patience(settings: Settings) -> Patience:
    mails = settings.mail.max_attempts
    return Patience(
        lease_seconds=settings.transfer.lease_seconds,
        attempts={
            Channel.TRANSFER: settings.transfer.max_attempts,
            Channel.MAIL: mails,
            Channel.WEBHOOK: mails,
        },
        due_within=timedelta(hours=settings.notify.due_within_hours),
    )


def _wording(settings: Settings) -> Wording | None:
    """Who rewords answers: nobody, unless generative answers are asked for."""
    if settings.answer.mode == "extractive":
        return None
    model = LangChainModel(settings.model, settings.storage.directory / "tiktoken")
    return Wording(model, load_prompt("answer"))


def make_library(settings: Settings, embedder: Embedder, clock: Clock) -> Library:
    """The library of these settings; its tables must be there. Raises KnowledgeError."""
    return open_library(
        settings.storage.url(),
        settings.storage.directory,
        chroma=settings.index.chroma,
        chroma_host=settings.index.chroma_host,
        chroma_port=settings.index.chroma_port,
        embedder=embedder,
        dense_candidates=settings.index.dense_candidates,
        lexical_candidates=settings.index.lexical_candidates,
        clock=clock,
    )


def make_embedder(settings: EmbedderSettings) -> Embedder:
    """What turns text into vectors. Raises SettingsError (no such model), KnowledgeError (a file is not ours)."""
    if settings.kind == "minilm":
        return MiniLMReader(threads=settings.threads, workers=settings.workers)
    from langchain.embeddings import init_embeddings  # takes a second to import: only where it is asked for

    if not settings.model.strip():
        raise SettingsError('embedder.model is empty. Set HCP_EMBEDDER__MODEL, such as "ollama:nomic-embed-text".')
    try:
        embeddings = init_embeddings(settings.model)
    except Exception as error:  # a provider's package may raise anything: a missing key, a missing package
        raise SettingsError(
            f"embedder.model: {settings.model!r} cannot be used ({type(error).__name__}: {error}). Install its "
            "provider's LangChain package and set its key, or choose another with HCP_EMBEDDER__MODEL."
        ) from error
    return LangChainEmbedder(embeddings, f"langchain:{settings.model}")


def _reader(embedder: Embedder) -> MiniLMReader:
    """What the screens read with: retrieval's own encoder where it is the packaged one, one pass for both."""
    return embedder if isinstance(embedder, MiniLMReader) else _own_reader()


@cache
def _own_reader() -> MiniLMReader:
    """One for the whole process: the guards do not depend on which embedder was set."""
    return MiniLMReader()


@cache
def _commit() -> str:
    """The commit this runs from, with "+changes" when the tree differs; "unknown" outside a checkout."""
    here = Path(__file__).resolve().parent
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty=+changes"],  # noqa: S607 - git from the PATH
            cwd=here,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return described.stdout.strip() or "unknown"
