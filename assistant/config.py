"""Settings: one class per section, unknown keys refused, secrets hidden, numbers bounded.

Read from the environment (`HCP_SECTION__NAME`, e.g. `HCP_WEB__PORT=8080`), then from the TOML file
named by `HCP_CONFIG` (default `hcp.toml` in the working directory, when there is one).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import SettingsError
from assistant.types import Role
from knowledge.types import Market

ENVIRONMENT_PREFIX = "HCP_"
EVALS_PREFIX = "HCP_EVALS_"  # of the evals, which sit above the service and read their own


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StorageSettings(_Section):
    """Where everything is kept."""

    directory: Path = Path("var")
    database_url: SecretStr | None = None  # default: SQLite at <directory>/hcp.sqlite

    def url(self) -> str:
        """The SQLAlchemy URL in force."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.directory / 'hcp.sqlite'}"


class IndexSettings(_Section):
    """The derived indexes. Chroma runs in this process, or as a server on a private network."""

    chroma: Literal["embedded", "server"] = "embedded"
    chroma_host: str = "127.0.0.1"
    chroma_port: int = Field(default=8001, ge=1, le=65535)
    dense_candidates: int = Field(default=80, ge=1, le=1000)
    lexical_candidates: int = Field(default=40, ge=1, le=1000)


class EmbedderSettings(_Section):
    """What turns text into vectors: the packaged MiniLM on onnxruntime, or any embeddings LangChain knows.

    After a change, `hcp knowledge rebuild`: vectors of two models are never compared.
    """

    kind: Literal["minilm", "langchain"] = "minilm"
    model: str = ""  # for langchain: "provider:model" of its `init_embeddings`; needed then
    threads: int = Field(default=1, ge=1, le=64)  # per worker
    workers: int = Field(default=2, ge=1, le=64)  # used when many texts are embedded


class AnswerSettings(_Section):
    """How answers are made."""

    mode: Literal["extractive", "generative"] = "extractive"  # generative: reworded by a model, then checked
    passages: int = Field(default=20, ge=1, le=50)
    max_citations: int = Field(default=6, ge=1, le=20)
    max_words: int = Field(default=110, ge=20, le=1000)  # of the units chosen; what they stand under comes on top


class ModelSettings(_Section):
    """The language model of generative answers; any that LangChain's `init_chat_model` knows."""

    name: str = ""  # "provider:model", e.g. "openai:…"; needed when answer.mode is generative
    base_url: str = ""  # of a server of your own that speaks the provider's protocol
    api_key: SecretStr = SecretStr("")
    temperature: float = Field(default=0.0, ge=0, le=2)
    timeout_seconds: float = Field(default=20.0, gt=0, le=600)
    max_input_tokens: int = Field(default=4000, ge=200, le=1_000_000)
    max_output_tokens: int = Field(default=600, ge=50, le=100_000)


class PolicySettings(_Section):
    """Which market policy packs are loaded; the folder of ours when not set."""

    directory: Path | None = None


class DeliverySettings(_Section):
    """Where signals go."""

    kind: Literal["none", "console", "webhook", "nats"] = "none"
    in_process: bool = True  # deliver from a background loop of the server
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    nats_url: SecretStr = SecretStr("nats://127.0.0.1:4222")  # may carry a password
    nats_subject: str = "hcp.signals"
    interval_seconds: float = Field(default=1.0, gt=0, le=3600)
    lease_seconds: float = Field(default=30.0, gt=0, le=3600)
    max_attempts: int = Field(default=8, ge=1, le=100)


class Token(_Section):
    """A bearer token for a person or service, with a role."""

    secret: SecretStr
    role: Role
    pseudonym: str


class ProxySettings(_Section):
    """Signing in by a reverse proxy that speaks OIDC or SAML and says who someone is. Off while there is no secret."""

    secret: SecretStr = SecretStr("")  # the proxy proves itself with it; it must strip these headers from outside
    secret_header: str = "x-hcp-proxy-secret"  # noqa: S105 - a header's name
    user_header: str = "x-auth-request-user"
    groups_header: str = "x-auth-request-groups"  # comma-separated
    roles: dict[str, Role] = Field(default_factory=dict)  # group → role; the first group that is here decides


class WebSettings(_Section):
    """The HTTP service."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    market: Market = Market.US
    product: str | None = None  # scope of the portal page
    tokens: tuple[Token, ...] = ()  # for roles other than HCP
    proxy: ProxySettings = ProxySettings()
    max_message_characters: int = Field(default=4000, ge=100, le=100_000)
    max_body_bytes: int = Field(default=65_536, ge=1024, le=10_485_760)
    max_turns_in_flight: int = Field(default=3, ge=1, le=256)  # on 2 cores 45 answers a second; with 4 or 6 some 41
    max_queue_seconds: float = Field(default=0.25, ge=0, le=60)  # a message waits so long for its turn, then 503
    messages_per_minute: int = Field(default=30, ge=1, le=1_000_000)  # of one conversation; more: 429
    client_messages_per_minute: int = Field(default=600, ge=1, le=1_000_000)  # of one address; a clinic may share it


class CasesSettings(_Section):
    """How cases are routed."""

    rules: Path | None = None  # routing rules; ours when not set: `assistant/cases/routing.yaml`
    attend_seconds: float = Field(default=60.0, gt=0, le=86_400)  # how often queues are looked after


class MailSettings(_Section):
    """The mail server. Nothing is mailed while `host` is empty."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"  # none: only on a network of your own
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str = "medical-information@localhost"
    timeout_seconds: float = Field(default=20.0, gt=0, le=300)
    max_attempts: int = Field(default=30, ge=1, le=1000)
    resend_uncertain: bool = False  # a mail cut off while its text went out: held back, or sent again (maybe twice)


class TransferSettings(_Section):
    """The safety system that reports are handed over to. While `kind` is none they wait."""

    kind: Literal["none", "webhook", "file"] = "none"
    format: Literal["e2b", "json"] = "e2b"
    url: str = ""  # webhook: reports are posted here
    secret: SecretStr = SecretStr("")  # webhook: signs each request
    timeout_seconds: float = Field(default=20.0, gt=0, le=300)
    directory: Path | None = None  # file: <id>.xml or .json is put here; the receiver puts <id>.ack beside it
    organisation: str = "hcp-assistant"  # E2B(R3) C.3.2
    identifier: str = Field(default="HCPASSISTANT", pattern=r"^[A-Za-z0-9]{2,40}$")  # N.1.3, and part of C.1.1
    receiver: str = Field(default="SAFETYSYSTEM", pattern=r"^[A-Za-z0-9._-]{2,60}$")  # N.1.4
    lease_seconds: float = Field(default=120.0, gt=0, le=3600)
    max_attempts: int = Field(default=300, ge=1, le=10_000)  # with waits of at most 10 minutes: two days
    interval_seconds: float = Field(default=2.0, gt=0, le=3600)


class NotifySettings(_Section):
    """Who is told of new, due and overdue cases, and how. Nobody while nothing is set."""

    medical_to: tuple[str, ...] = ()  # mail addresses of the medical-information team
    safety_to: tuple[str, ...] = ()  # mail addresses of drug safety
    webhook_url: str = ""  # told of both, without a word of what was written
    webhook_secret: SecretStr = SecretStr("")
    due_within_hours: float = Field(default=24.0, gt=0, le=720)
    portal_url: str = ""  # where links in mails lead, such as https://medinfo.example.org


class VaultSettings(_Section):
    """Encryption of raw safety reports. Without a key, one is made in the storage directory (0600)."""

    key: SecretStr | None = None


class Settings(BaseSettings):
    """All settings. Build with `load()`, which turns mistakes into one clear error."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    storage: StorageSettings = StorageSettings()
    index: IndexSettings = IndexSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    answer: AnswerSettings = AnswerSettings()
    model: ModelSettings = ModelSettings()
    policy: PolicySettings = PolicySettings()
    delivery: DeliverySettings = DeliverySettings()
    web: WebSettings = WebSettings()
    vault: VaultSettings = VaultSettings()
    cases: CasesSettings = CasesSettings()
    mail: MailSettings = MailSettings()
    transfer: TransferSettings = TransferSettings()
    notify: NotifySettings = NotifySettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the TOML file."""
        path = Path(os.environ.get("HCP_CONFIG", "hcp.toml"))
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path))


def load(**overrides: Any) -> Settings:
    """Read all settings. Raises SettingsError naming each wrong value and how to set it."""
    _refuse_unknown_variables()
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(e) for e in error.errors())) from None


def _refuse_unknown_variables() -> None:
    known = {f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields}
    for variable in os.environ:
        is_ours = variable.startswith(ENVIRONMENT_PREFIX) and not variable.startswith(EVALS_PREFIX)
        if not is_ours or variable == "HCP_CONFIG":
            continue
        if variable.split("__")[0] not in known:
            raise SettingsError(f"{variable}: no such setting. Sections are: {', '.join(sorted(known))} (…__NAME).")


def _explain(error: Any) -> str:
    path = [str(part) for part in error["loc"]]
    variable = ENVIRONMENT_PREFIX + "__".join(part.upper() for part in path)
    shown = (
        ""
        if any(word in variable.lower() for word in ("secret", "key", "password"))
        else f" (got {error.get('input')!r})"
    )
    return f"{'.'.join(path)}: {error['msg']}{shown}. Set it as {variable} or in hcp.toml."
