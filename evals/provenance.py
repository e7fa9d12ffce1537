"""What decided the scores of a run, beyond commit and packages: our code as it lay there, prompts, seeds, scorers."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from assistant.bootstrap import Services
from assistant.prompts import PROMPTS
from evals.statistics import SEED

_ROOT = Path(__file__).parents[1]
_PACKAGES = ("assistant", "evals", "knowledge")
_COUNTED = frozenset({".py", ".json", ".yaml", ".npz"})
_APART = ("evals/suites/", "assistant/web/", "evals/web/")  # a suite has a hash of its own; pages decide no score


@cache
def code_key() -> str:
    """The sha256 of every source, policy, model and prompt file, by path and content: a dirty tree is told apart.

    Read once a process, near its start: what is edited meanwhile is not what runs.
    """
    files = [path for name in _PACKAGES for path in (_ROOT / name).rglob("*") if path.suffix in _COUNTED]
    files += sorted(PROMPTS.glob("*.md"))
    digest = hashlib.sha256()
    for path in sorted(files):
        name = path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name
        if not name.startswith(_APART):
            digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def prompts_in_force(services: Services) -> tuple[str, ...]:
    """The prompts a turn may use, each with version and hash; none where answers are extractive."""
    if services.assistant.wording is None:
        return ()
    return (services.assistant.wording.prompt.reference,)


def seeds() -> dict[str, int]:
    """What anything random draws from; the assistant itself draws nothing but ids."""
    return {"bootstrap": SEED}
