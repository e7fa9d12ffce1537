"""The judge: a model apart from the one under test, by `HCP_EVALS_JUDGE__…`; none unless it is named."""

from __future__ import annotations

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.config import Settings
from evals.errors import EvalError

PREFIX = "HCP_EVALS_JUDGE__"


class JudgeSettings(BaseSettings):
    """A model behind the OpenAI protocol, pinned by name and address, and what it costs."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    model: str = ""
    base_url: str = ""  # "" for the provider's own
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=60.0, gt=0)  # of one call, to its last byte
    repeats: int = Field(default=3, ge=1, le=20)
    temperature: float = Field(default=0.2, ge=0, le=2)  # above 0, or repeating would say nothing about its spread
    max_output_tokens: int = Field(default=1024, gt=0)
    passages: int = Field(default=8, ge=1, le=40)  # of those found, how many it reads
    input_price: float | None = Field(default=None, ge=0)  # of a million tokens
    output_price: float | None = Field(default=None, ge=0)
    currency: str = "USD"

    @property
    def pinned(self) -> str:
        """What decides its verdicts: runs in which this differs are not compared."""
        where = f" at {self.base_url}" if self.base_url else ""
        return f"{self.model}{where}, temperature {self.temperature:g}, {self.repeats} runs, {self.passages} passages"


def judge_settings(under_test: Settings) -> JudgeSettings:
    """The judge's settings. Raises EvalError when none is named, a value is wrong, or it is the model under test."""
    try:
        judge = JudgeSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "__".join(str(step).upper() for step in first["loc"])
        raise EvalError(f"{name}: {first['msg']}.") from None
    if not judge.model:
        raise EvalError(f"no judge is named. Set {PREFIX}MODEL, and {PREFIX}BASE_URL for a server of your own.")
    tested = under_test.model
    if under_test.answer.mode == "generative" and tested.name.partition(":")[2] == judge.model:
        raise EvalError(
            f"{judge.model} wrote the answers: no model judges its own words. Set {PREFIX}MODEL to another."
        )
    return judge
