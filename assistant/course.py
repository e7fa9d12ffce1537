"""How one turn is going: the time each stage took, and which steps failed."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
OnStage = Callable[[str], None]


@dataclass
class Course:
    """The course of one turn; `on_stage` is told each stage as it is reached."""

    on_stage: OnStage
    seconds: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def run(self, stage: str, step: Callable[[], T]) -> T | None:
        """Take one step; if it fails, note it and go on without its value (`decide` then hands over)."""
        self.on_stage(stage)
        started = time.perf_counter()
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - whatever breaks a step, the HCP still gets a reply
            # What an error says may quote the message, so the record has its type and its place alone.
            self.failures.append(f"{stage}: {type(error).__name__} at {_place(error)}")
            return None
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started


def _place(error: Exception) -> str:
    """Where an error was raised: file and line."""
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
