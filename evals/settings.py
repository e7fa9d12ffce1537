"""The settings in force, for commands of this package."""

from __future__ import annotations

import os

from assistant.config import Settings, load

OWN_VARIABLES = "HCP_EVALS_"  # the cache's folder, the judge


def settings_in_force() -> Settings:
    """The assistant's settings. Our own variables are hidden from them: they refuse what they do not know."""
    held = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith(OWN_VARIABLES)}
    try:
        return load()
    finally:
        os.environ.update(held)
