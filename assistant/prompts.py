"""Texts for language models: one file each, with name and version, known by their hash in every record."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import SettingsError
from knowledge.types import Value

_PACKAGED = Path(__file__).parent / "_prompts"  # where a wheel carries them
PROMPTS = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[1] / "prompts"
_FENCE = "---\n"


class Prompt(Value):
    """One prompt as read."""

    name: str
    version: str
    text: str
    sha256: str  # of the whole file

    @property
    def reference(self) -> str:
        """Name, version and hash, as written into every record."""
        return f"{self.name}@{self.version}#{self.sha256[:12]}"


def load_prompt(name: str, directory: Path | None = None) -> Prompt:
    """Read `<directory>/<name>.md`: front matter with name and version, then the text.

    Raises SettingsError when the file is missing, has no front matter, is empty or names itself otherwise.
    """
    path = (directory or PROMPTS) / f"{name}.md"
    try:
        raw = path.read_bytes()
        content = raw.decode("utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: no such prompt ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8. Save it as UTF-8.") from None
    head, found, text = content.removeprefix(_FENCE).partition(f"\n{_FENCE}")
    try:
        front: Any = yaml.safe_load(head) if found and content.startswith(_FENCE) else None
    except yaml.YAMLError:
        front = None
    if not isinstance(front, dict) or set(front) != {"name", "version"}:
        raise SettingsError(f"{path}: should open with front matter of exactly 'name' and 'version' between '---'.")
    if front["name"] != name or not text.strip():
        raise SettingsError(f"{path}: calls itself {front['name']!r}, or is empty. Give it its file's name and a text.")
    return Prompt(name=name, version=str(front["version"]), text=text.strip(), sha256=hashlib.sha256(raw).hexdigest())
