"""A language model through LangChain: any provider, or any server that speaks the OpenAI protocol."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.adapters.tokens import TokenCounter
from assistant.config import ModelSettings
from assistant.errors import PermanentError, SettingsError, TransientError
from assistant.ports import ModelReply
from assistant.types import ProposedAnswer

AT_ONCE = 16  # calls under way; one that outlives its time limit keeps its place until its socket gives up
_NOT_UNDERSTOOD = frozenset({400, 404, 415, 422, 501})  # how servers refuse a request for structured output
_TRY_LATER = frozenset({408, 409, 425, 429})
_SERVER_ERROR = 500

Messages = list[tuple[str, str]]


class LangChainModel:
    """Asks for sentences as structured output, or as JSON in text from servers that know no better."""

    def __init__(self, settings: ModelSettings, cache: Path) -> None:
        """Raises SettingsError when no model is named, or its provider is unknown or not installed."""
        if ":" not in settings.name:
            raise SettingsError(
                f"model.name: {settings.name!r} should be provider:model. Set HCP_MODEL__NAME, "
                "or answer.mode to extractive."
            )
        self._settings = settings
        self._model = _open(settings)
        self._tokens = TokenCounter(cache)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="model")

    @property
    def name(self) -> str:
        """The model as recorded, "provider:name"."""
        return self._settings.name

    def propose(self, prompt: str, question: str, passages: Mapping[str, str]) -> ModelReply:
        """Sentences for a question, each naming the ids of its passages.

        The passages travel as JSON strings in the user's message, so that nothing in them can pass for an
        instruction of ours. Raises TransientError (timeout, rate limit, server trouble), PermanentError
        (refused, nonsense, longer than `max_input_tokens`).
        """
        data = json.dumps({"question": question, "passages": dict(passages)}, ensure_ascii=False)
        length = self._tokens.count(prompt) + self._tokens.count(data)
        if length > self._settings.max_input_tokens:
            raise PermanentError(f"{length} tokens are more than model.max_input_tokens allows.")
        messages = [("system", prompt), ("user", data)]
        deadline = time.monotonic() + self._settings.timeout_seconds
        try:
            raw = self._within(deadline, lambda: self._structured(messages))
        except Exception as error:
            if _status(error) not in _NOT_UNDERSTOOD and not isinstance(error, NotImplementedError):
                raise _explained(error) from error
            try:
                raw = self._within(deadline, lambda: self._model.invoke(messages))
            except Exception as again:
                raise _explained(again) from again
        text = str(raw.text)
        usage: Mapping[str, int] = raw.usage_metadata or {}
        return ModelReply(
            answer=parse_answer(text),
            input_tokens=usage.get("input_tokens", length),
            output_tokens=usage.get("output_tokens", self._tokens.count(text)),
        )

    def _structured(self, messages: Messages) -> Any:
        schema = ProposedAnswer.model_json_schema()
        return self._model.with_structured_output(schema, method="json_schema", include_raw=True).invoke(messages)[
            "raw"
        ]

    def _within(self, deadline: float, call: Callable[[], Any]) -> Any:
        """The result in time: the client's own limit is one a read, and a slow drip would outlast it."""
        return self._threads.submit(call).result(timeout=max(0.0, deadline - time.monotonic()))


def parse_answer(text: str) -> ProposedAnswer:
    """The answer in a reply: all of it, or the JSON object within other words. Raises PermanentError."""
    start, end = text.find("{"), text.rfind("}")
    try:
        return ProposedAnswer.model_validate_json(text[start : end + 1])
    except ValidationError:
        raise PermanentError(f"the model's reply is not the JSON asked for: {text[:80]!r}") from None


def _open(settings: ModelSettings) -> Any:
    from langchain.chat_models import init_chat_model  # deferred: answers without a model need no LangChain

    options: dict[str, Any] = {"temperature": settings.temperature}
    if settings.name.startswith("ollama:"):
        options |= {
            "num_predict": settings.max_output_tokens,
            "client_kwargs": {"timeout": settings.timeout_seconds},
        }
    else:
        options |= {
            "max_tokens": settings.max_output_tokens,
            "timeout": settings.timeout_seconds,
            "max_retries": 0,  # the extractive answer is ready; nobody waits for a second try
        }
    if settings.base_url:
        options["base_url"] = settings.base_url
    key = settings.api_key.get_secret_value()
    if key:
        options["api_key"] = key
    try:
        return init_chat_model(settings.name, **options)
    except (ImportError, ValueError) as error:
        first_line = str(error).splitlines()[0]
        raise SettingsError(f"model.name: {settings.name!r} cannot be used ({first_line}).") from None
    except Exception as error:  # noqa: BLE001 - providers refuse a missing key with errors of their own
        raise SettingsError(
            f"model.name: {settings.name!r} cannot be used ({type(error).__name__}). Is HCP_MODEL__API_KEY set?"
        ) from None


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _explained(error: Exception) -> TransientError | PermanentError:
    """The error without the provider's words, which may repeat what was asked."""
    status = _status(error)
    shown = type(error).__name__ if status is None else f"{type(error).__name__} (status {status})"
    if isinstance(error, ValidationError | ValueError):
        return PermanentError(f"the model's reply cannot be read: {shown}")
    if status is None or status in _TRY_LATER or status >= _SERVER_ERROR:
        return TransientError(f"the model did not answer: {shown}")
    return PermanentError(f"the model refused: {shown}")
