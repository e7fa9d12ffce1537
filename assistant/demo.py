"""`hcp demo`: the invented demo brand, served with embedded defaults for four personas."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from pydantic import SecretStr
from rich.console import Console

import knowledge
from assistant.bootstrap import Services, build
from assistant.config import StorageSettings, Token, WebSettings, load
from assistant.types import Role
from knowledge.types import Audience, DocumentStatus, Market

DOCUMENTS = Path(knowledge.__file__).parent / "library"
PERSONAS = (
    (Role.MSL, "msl-demo", "/msl"),
    (Role.SAFETY, "safety-demo", "/safety"),
    (Role.CONTENT, "content-demo", "/content"),
)
_NAMES = {Role.MSL: "MSL", Role.SAFETY: "Drug safety", Role.CONTENT: "Content editor"}


def run(directory: Path, port: int) -> None:
    """Set the library up on the first run, print the links, serve until interrupted."""
    talk = Console(stderr=True)
    tokens = tuple(
        Token(secret=SecretStr(secrets.token_urlsafe(24)), role=role, pseudonym=pseudonym)
        for role, pseudonym, _ in PERSONAS
    )
    settings = load(storage=StorageSettings(directory=directory), web=WebSettings(port=port, tokens=tokens))
    with talk.status("Setting up the demo library…"):
        services = build(settings)
        fill(services)
    try:
        _serve(services, tokens, talk)
    finally:
        services.close()


def fill(services: Services) -> int:
    """Add, approve and index the demo documents that are not yet in; returns how many went in.

    Reads `manifest.yaml` beside the documents: market, audience, approver, MLR id and validity of each.
    """
    manifest: dict[str, Any] = yaml.safe_load((DOCUMENTS / "manifest.yaml").read_text())
    held = services.knowledge
    report = held.add([DOCUMENTS / entry["file"] for entry in manifest["documents"]])
    waiting = {s.source_sha256: s for s in held.summaries() if s.status is DocumentStatus.SUBMITTED}
    done = 0
    for entry in manifest["documents"]:
        sha256 = knowledge.sha256_of(DOCUMENTS / entry["file"])
        if sha256 not in waiting:
            continue
        held.approve(
            waiting[sha256].document_id,
            waiting[sha256].version,
            approver=entry["approver"],
            mlr_id=entry["mlr_id"],
            market=Market(entry["market"]),
            audience=Audience(entry["audience"]),
            valid_from=_moment(entry["valid_from"]),
            valid_until=_moment(entry["valid_until"]) if entry.get("valid_until") else None,
        )
        done += 1
    if report.failed:
        raise RuntimeError(f"the demo documents do not parse: {report.failed}")
    held.index_pending()
    return done


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)


def _serve(services: Services, tokens: tuple[Token, ...], talk: Console) -> None:
    from assistant.web.app import create_app

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(services),
            host=services.settings.web.host,
            port=services.settings.web.port,
            log_level="warning",
            access_log=False,
        )
    )
    socket = server.config.bind_socket()
    base = f"http://{services.settings.web.host}:{socket.getsockname()[1]}"
    talk.print("\nhcp-assistant demo, an invented brand. Open:", style="bold")
    talk.print(f"  HCP             {base}/", soft_wrap=True)
    for token, (_, _, page) in zip(tokens, PERSONAS, strict=True):
        link = f"{base}/login?token={token.secret.get_secret_value()}&next={page}"
        talk.print(f"  {_NAMES[token.role]:<15} {link}", soft_wrap=True)
    talk.print("Stop with Ctrl+C.\n")
    server.run(sockets=[socket])
