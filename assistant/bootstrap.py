"""The one place where adapters are chosen: Settings in, a working assistant out."""

from __future__ import annotations

import importlib.metadata
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.adapters.chat import LangChainModel
from assistant.adapters.clock import SystemClock
from assistant.adapters.delivery import make_delivery
from assistant.adapters.engine import make_engine, migrate
from assistant.adapters.sql_desk import SqlDesk
from assistant.adapters.sql_ledger import SqlLedger
from assistant.adapters.sql_outbox import SqlOutbox
from assistant.adapters.vault import open_vault
from assistant.composing.choose import Limits
from assistant.composing.confidence import ConfidenceModel
from assistant.config import Settings
from assistant.pipeline import Assistant
from assistant.policy import PolicyPack, load_policy
from assistant.ports import Clock, Delivery, Desk, Ledger, Outbox
from assistant.prompts import load_prompt
from assistant.screens import default_screens
from assistant.turn.phrase import Wording
from assistant.understanding.topics import load_topics
from knowledge import Library, open_library
from knowledge.embed import MiniLMEmbedder
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
    outbox: Outbox
    delivery: Delivery | None
    close: Callable[[], None]


def build(settings: Settings, embedder: Embedder | None = None) -> Services:
    """Open database, library and indexes, and put the assistant together.

    Raises SettingsError (a wrong setting), KnowledgeError (the library cannot be opened).
    """
    settings.storage.directory.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    engine = make_engine(settings.storage.url())
    migrate(engine)
    used = embedder or MiniLMEmbedder(threads=settings.embedder.threads, workers=settings.embedder.workers)
    library = open_library(
        settings.storage.url(),
        settings.storage.directory,
        chroma=settings.index.chroma,
        chroma_host=settings.index.chroma_host,
        chroma_port=settings.index.chroma_port,
        embedder=used,
        dense_candidates=settings.index.dense_candidates,
        lexical_candidates=settings.index.lexical_candidates,
        clock=clock,
    )
    policies = {market: load_policy(market, settings.policy.directory) for market in Market}
    ledger = SqlLedger(engine, clock, open_vault(settings.vault, settings.storage.directory))

    def close() -> None:
        library.close()
        engine.dispose()

    return Services(
        settings=settings,
        clock=clock,
        knowledge=library,
        policies=policies,
        assistant=Assistant(
            clock=clock,
            knowledge=library,
            ledger=ledger,
            screens=default_screens(),
            topics=load_topics(),
            confidence=ConfidenceModel.load(),
            policies=policies,
            limits=Limits(words=settings.answer.max_words, citations=settings.answer.max_citations),
            passages=settings.answer.passages,
            software=importlib.metadata.version("hcp-assistant"),
            commit=_commit(),
            models=(used.name,),
            wording=_wording(settings),
        ),
        ledger=ledger,
        desk=SqlDesk(engine, clock),
        outbox=SqlOutbox(engine, clock, settings.delivery.max_attempts),
        delivery=make_delivery(settings.delivery),
        close=close,
    )


def _wording(settings: Settings) -> Wording | None:
    """Who rewords answers: nobody, unless generative answers are asked for."""
    if settings.answer.mode == "extractive":
        return None
    model = LangChainModel(settings.model, settings.storage.directory / "tiktoken")
    return Wording(model, load_prompt("answer"))


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
