"""One model that judges: asked for a JSON object, counted, and never waited for beyond its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from evals.errors import EvalError
from evals.judge_settings import JudgeSettings
from evals.types import JudgeRecord

AT_ONCE = 16  # calls under way; one that outlives its time keeps its place until its socket gives up
_NOT_UNDERSTOOD = frozenset({400, 404, 415, 422, 501})  # how servers refuse a request for structured output

Wanted = TypeVar("Wanted", bound=BaseModel)


class JudgeFailed(EvalError):
    """No verdict: the model was away, too slow, or did not say what was asked for."""


class Judge:
    """A judging model. Safe between threads; it counts what it is asked."""

    def __init__(self, settings: JudgeSettings) -> None:
        """Raises EvalError when the provider's package is missing."""
        self.settings = settings
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="judge")
        self._counting = threading.Lock()
        self._calls = self._failed = self._in = self._out = 0
        self._answered_as: set[str] = set()
        try:
            from langchain_openai import ChatOpenAI
        except ImportError:
            raise EvalError("a judge needs langchain-openai: pip install 'hcp-assistant[evals,openai]'.") from None
        self._open = ChatOpenAI

    def ask(self, prompt: str, wanted: type[Wanted], seed: int) -> tuple[Wanted, int]:
        """The object asked for, and the tokens it took. Raises JudgeFailed saying why there is none."""
        deadline = time.monotonic() + self.settings.timeout_seconds
        model = self._model(seed)
        try:
            schema = wanted.model_json_schema()
            structured = model.with_structured_output(schema, method="json_schema", include_raw=True)
            raw = self._within(deadline, lambda: structured.invoke(prompt)["raw"])
        except Exception as error:  # noqa: BLE001 - a client's errors are of many kinds; none is a verdict
            if getattr(error, "status_code", None) not in _NOT_UNDERSTOOD:
                raise self._lost(error) from None
            try:
                raw = self._within(deadline, lambda: model.invoke(prompt))
            except Exception as again:  # noqa: BLE001 - the same
                raise self._lost(again) from None
        tokens = self._count(raw)
        text = str(raw.text)
        try:
            return wanted.model_validate_json(text[text.find("{") : text.rfind("}") + 1]), tokens
        except ValidationError:
            raise self._lost(None, f"its reply is not the JSON asked for: {text[:60]!r}") from None

    def record(self) -> JudgeRecord:
        """What it was asked and what that cost so far."""
        own, cost = self.settings, None
        if own.input_price is not None and own.output_price is not None:
            cost = (self._in * own.input_price + self._out * own.output_price) / 1_000_000
        return JudgeRecord(
            model=own.model,
            base_url=own.base_url,
            answered_as=tuple(sorted(self._answered_as)),
            repeats=own.repeats,
            temperature=own.temperature,
            calls=self._calls,
            failed=self._failed,
            input_tokens=self._in,
            output_tokens=self._out,
            cost=cost,
            currency=own.currency,
        )

    def _model(self, seed: int) -> Any:
        own = self.settings
        return self._open(
            model=own.model,
            base_url=own.base_url or None,
            api_key=own.api_key if own.api_key.get_secret_value() else "none",
            temperature=own.temperature,
            max_tokens=own.max_output_tokens,
            timeout=own.timeout_seconds,
            max_retries=0,
            seed=seed,
        )

    def _within(self, deadline: float, call: Callable[[], Any]) -> Any:
        """The result in time: the client's own limit is one a read, and a slow drip would outlast it."""
        with self._counting:
            self._calls += 1
        return self._threads.submit(call).result(timeout=max(0.0, deadline - time.monotonic()))

    def _count(self, raw: Any) -> int:
        usage = raw.usage_metadata or {}
        given, taken = int(usage.get("input_tokens", 0)), int(usage.get("output_tokens", 0))
        with self._counting:
            self._in, self._out = self._in + given, self._out + taken
            self._answered_as.add(str(raw.response_metadata.get("model_name") or self.settings.model))
        return given + taken

    def _lost(self, error: Exception | None, why: str = "") -> JudgeFailed:
        with self._counting:
            self._failed += 1
        if error is None:
            return JudgeFailed(f"the judge failed: {why}")
        status = getattr(error, "status_code", None)
        kind = type(error).__name__ + (f" (status {status})" if status else "")
        return JudgeFailed(f"the judge failed: {kind}")
