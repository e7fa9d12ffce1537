"""`hcp doctor`: looks at everything a start and an answer need, and says how to mend what is wrong.

Changes nothing: no database is made or migrated, no key written, no signal sent.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import Engine, make_url

from assistant.adapters.clock import SystemClock
from assistant.adapters.engine import make_engine, pending_migrations
from assistant.adapters.safety_system import WebhookSafetySystem
from assistant.adapters.vault import KEY_FILE, open_vault
from assistant.bootstrap import make_embedder, make_library
from assistant.config import DeliverySettings, MailSettings, Settings, TransferSettings, load
from assistant.errors import AssistantError, SettingsError
from assistant.policy import load_policy
from knowledge import Library
from knowledge.errors import IndexUnavailable, KnowledgeError
from knowledge.finding import other_model
from knowledge.ports import Embedder
from knowledge.types import Market, Value

Severity = Literal["ok", "warning", "error"]

EXPIRING_DAYS = 30
LOW_DISK_BYTES = 2_000_000_000  # a rebuild stands beside the index that serves
FULL_DISK_BYTES = 200_000_000
CONNECT_SECONDS = 3.0


class Diagnosis(Value):
    """One thing looked at."""

    name: str
    severity: Severity
    message: str
    remedy: str = ""


def examine(read: Callable[[], Settings] = load) -> tuple[Diagnosis, ...]:
    """Look at everything; a check that breaks is an error, and those that need what is broken say so."""
    try:
        settings = read()
    except SettingsError as error:
        return (Diagnosis(name="settings", severity="error", message=str(error), remedy="Set it right, or unset it."),)
    embedder, about_it = _embedder(settings)
    found = [
        _ok("settings", "They load."),
        about_it,
        *_safely("policies", lambda: _policies(settings)),
        *_safely("vault", lambda: _vault(settings)),
        *_safely("delivery", lambda: _delivery(settings.delivery)),
        *_safely("transfer", lambda: _transfer(settings.transfer)),
        *_safely("mail", lambda: _mail(settings.mail)),
        *_safely("disk", lambda: _disk(settings.storage.directory)),
    ]
    database = list(_safely("database", lambda: _database(settings)))
    found += database
    if embedder is not None and all(d.severity == "ok" for d in database):
        found += _safely("library", lambda: _library(settings, embedder))
    else:
        missing = "the embedder" if embedder is None else "the database"
        found += [_error(n, f"Not looked at: {missing} is not usable.", "See above.") for n in ("index", "approvals")]
    return tuple(found)


def is_well(found: tuple[Diagnosis, ...]) -> bool:
    """Whether nothing is an error."""
    return all(diagnosis.severity != "error" for diagnosis in found)


def _safely(name: str, check: Callable[[], Iterator[Diagnosis]]) -> Iterator[Diagnosis]:
    try:
        yield from check()
    except (AssistantError, KnowledgeError) as error:
        yield _error(name, str(error), "The message says what to do.")
    except Exception as error:  # noqa: BLE001 - a check that breaks has found something
        yield _error(name, f"The check broke: {type(error).__name__}: {error}", "Report it with this line.")


def _embedder(settings: Settings) -> tuple[Embedder | None, Diagnosis]:
    """The embedder (None when it cannot be made), and how it is."""
    embedder: Embedder | None = None
    try:
        embedder = make_embedder(settings.embedder)
        embedder.embed_query("length")
    except IndexUnavailable as error:  # a model elsewhere that is away: the index can be looked at without it
        return embedder, _error("embedder", str(error), "Reach it, or set HCP_EMBEDDER__KIND=minilm and rebuild.")
    except (AssistantError, KnowledgeError) as error:
        remedy = "Install the locked packages (make setup), or change the setting."
        return None, _error("embedder", str(error), remedy)
    sound = "Its files have the hashes we measured." if settings.embedder.kind == "minilm" else "It answers."
    return embedder, _ok("embedder", f"{embedder.name}. {sound}")


def _policies(settings: Settings) -> Iterator[Diagnosis]:
    names = [load_policy(market, settings.policy.directory).reference for market in Market]
    yield _ok("policies", f"Loaded: {', '.join(names)}.")


def _vault(settings: Settings) -> Iterator[Diagnosis]:
    key_file = settings.storage.directory / KEY_FILE
    if settings.vault.key is None and not key_file.exists():
        yield _warning(
            "vault", f"There is no key yet; {key_file} is made on the first start.", "Keep a copy of it elsewhere."
        )
        return
    vault = open_vault(settings.vault, settings.storage.directory)
    yield _ok("vault", f"Key {vault.key_id} can be used.")


def _delivery(settings: DeliverySettings) -> Iterator[Diagnosis]:
    if settings.kind in {"none", "console"}:
        yield _ok("delivery", f"Signals go to: {settings.kind}.")
        return
    if settings.kind == "webhook" and not settings.webhook_secret.get_secret_value():
        yield _error("delivery", "Webhooks are signed, and there is no secret.", "Set HCP_DELIVERY__WEBHOOK_SECRET.")
        return
    url = settings.webhook_url if settings.kind == "webhook" else settings.nats_url.get_secret_value()
    variable = "HCP_DELIVERY__WEBHOOK_URL" if settings.kind == "webhook" else "HCP_DELIVERY__NATS_URL"
    place = urlsplit(url)
    if place.hostname is None:
        yield _error("delivery", f"The {settings.kind} address names no host.", f"Set {variable}.")
        return
    port = place.port or {"https": 443, "nats": 4222}.get(place.scheme, 80)
    try:
        socket.create_connection((place.hostname, port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        yield _error(
            "delivery",
            f"{settings.kind} at {place.hostname}:{port} cannot be reached ({error}). Signals wait in the outbox.",
            f"Start it, or set {variable}.",
        )
        return
    yield _ok("delivery", f"{settings.kind} at {place.hostname}:{port} takes connections.")


def _transfer(settings: TransferSettings) -> Iterator[Diagnosis]:
    """Whether reports have somewhere to go. A folder is not made by looking."""
    if settings.kind == "none":
        yield _warning("transfer", "No safety system is set: reports wait here.", "Set HCP_TRANSFER__KIND.")
        return
    if settings.kind == "webhook":
        WebhookSafetySystem(settings).close()
    elif settings.directory is None:
        yield _error("transfer", "Reports go to a folder, and none is named.", "Set HCP_TRANSFER__DIRECTORY.")
        return
    yield _ok("transfer", f"Reports go to: {settings.kind}.")


def _mail(settings: MailSettings) -> Iterator[Diagnosis]:
    if not settings.host:
        yield _ok("mail", "Nothing is mailed.")
        return
    try:
        socket.create_connection((settings.host, settings.port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        message = f"The server at {settings.host}:{settings.port} cannot be reached ({error}). Mails wait."
        yield _error("mail", message, "Start it, or set HCP_MAIL__HOST and HCP_MAIL__PORT.")
        return
    yield _ok("mail", f"The server at {settings.host}:{settings.port} takes connections.")


def _disk(directory: Path) -> Iterator[Diagnosis]:
    there = next(path for path in (directory.absolute(), *directory.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    message = f"{free / 1e9:.1f} GB free at {there}."
    if free < FULL_DISK_BYTES:
        yield _error("disk", message, "Make room: what cannot be recorded is not answered.")
    elif free < LOW_DISK_BYTES:
        yield _warning("disk", message, "Make room: a rebuild keeps two indexes for a while.")
    else:
        yield _ok("disk", message)


def _database(settings: Settings) -> Iterator[Diagnosis]:
    url = make_url(settings.storage.url())
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        yield _error("database", f"There is none at {url.database}.", "Add documents: hcp knowledge add PATH.")
        return
    with _engine(settings) as engine:
        pending = pending_migrations(engine)
    if pending:
        yield _error(
            "database",
            f"Its schema is behind by {len(pending)} ({', '.join(pending)}).",
            "Back it up, then start any command that uses it, such as hcp knowledge list: it is brought up to date.",
        )
    else:
        yield _ok("database", f"{url.get_backend_name()} answers, and its schema is up to date.")


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    engine = make_engine(settings.storage.url())
    try:
        yield engine
    finally:
        engine.dispose()


def _library(settings: Settings, embedder: Embedder) -> Iterator[Diagnosis]:
    clock = SystemClock()
    library = make_library(settings, embedder, clock)
    try:
        yield from _safely("index", lambda: _index(library, embedder))
        yield from _safely("approvals", lambda: _approvals(library, clock))
    finally:
        library.close()


def _index(library: Library, embedder: Embedder) -> Iterator[Diagnosis]:
    built_with = library.index_model()
    if not built_with:
        yield _warning("index", "Nothing was ever indexed.", "Run hcp knowledge approve, or hcp knowledge index.")
        return
    if built_with != embedder.name:
        message = other_model(built_with, embedder.name).partition(". ")[0]
        yield _error("index", f"{message[:1].upper()}{message[1:]}.", "Run hcp knowledge rebuild.")
        return
    try:
        report = library.check()
    except IndexUnavailable as error:
        yield _warning("index", f"Not looked at: {error}", "Ask the process that holds it: GET /v1/health/ready.")
        return
    if report.is_healthy:
        yield _ok("index", f"{report.release} finds what it holds, in {len(report.partitions)} partitions.")
    held = "is in use by"
    for problem in report.problems:
        if held in problem:
            yield _warning("index", f"Not looked at: {problem}", "Ask the process that holds it: GET /v1/health/ready.")
        else:
            yield _error("index", problem, "Run hcp knowledge rebuild, or what the message says.")


def _approvals(library: Library, clock: SystemClock) -> Iterator[Diagnosis]:
    expiring = library.expiring(clock.now() + timedelta(days=EXPIRING_DAYS))
    for standing in expiring:
        approval = standing.approval
        yield _warning(
            "approvals",
            f"{standing.names.product} ({approval.market}, {approval.audience}): {standing.document_id} version "
            f"{standing.version} is approved until {approval.valid_until:%Y-%m-%d %H:%M} UTC.",
            f"Have it reviewed, then hcp knowledge approve {standing.document_id}@{standing.version}.",
        )
    if not expiring:
        yield _ok("approvals", f"None ends within {EXPIRING_DAYS} days.")


def _ok(name: str, message: str) -> Diagnosis:
    return Diagnosis(name=name, severity="ok", message=message)


def _warning(name: str, message: str, remedy: str) -> Diagnosis:
    return Diagnosis(name=name, severity="warning", message=message, remedy=remedy)


def _error(name: str, message: str, remedy: str) -> Diagnosis:
    return Diagnosis(name=name, severity="error", message=message, remedy=remedy)
