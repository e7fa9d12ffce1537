"""Where runs and verdicts are kept."""

from __future__ import annotations

from pathlib import Path

from assistant.config import Settings


def store_folder(settings: Settings) -> Path:
    """The folder beside the database: `<storage.directory>/evals`. Replicas that show one console share it."""
    return settings.storage.directory / "evals"
