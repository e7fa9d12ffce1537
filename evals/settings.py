"""The settings in force, for commands of this package."""

from __future__ import annotations

import os

from assistant.config import Settings, load
from evals.cache import CACHE_VARIABLE


def settings_in_force() -> Settings:
    """The assistant's settings. Our own variable is hidden from them: they refuse what they do not know."""
    held = os.environ.pop(CACHE_VARIABLE, None)
    try:
        return load()
    finally:
        if held is not None:
            os.environ[CACHE_VARIABLE] = held
