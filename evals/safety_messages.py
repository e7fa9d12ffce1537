"""Messages the classifier of the safety screen learns from: written by hand, and made from frames; all invented."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "messages"
_SLOT = re.compile(r"\{(\w+)\}")
_A_FRAME = 28  # messages made from each frame


@dataclass(frozen=True)
class Message:
    """What an HCP may write, and the kinds any one of which it reports; none when it reports nothing."""

    text: str
    kinds: tuple[str, ...]

    @property
    def is_report(self) -> bool:
        """Whether drug safety must see it."""
        return bool(self.kinds)


def read_messages(name: str) -> tuple[Message, ...]:
    """The messages of `messages/<name>.yaml`: reports by kind ("a|b": either is right), and benign ones."""
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_bytes())
    told = [Message(text, tuple(kinds.split("|"))) for kinds, texts in content["reports"].items() for text in texts]
    return (*told, *(Message(text, ()) for text in content["benign"]))


def read_texts(name: str, group: str) -> tuple[str, ...]:
    """The texts of one group of `messages/<name>.yaml`."""
    return tuple(yaml.safe_load((FOLDER / f"{name}.yaml").read_bytes())[group])


def make_messages(seed: int = 1) -> tuple[Message, ...]:
    """Messages from frames and fillers (`messages/safety_templates.yaml`), the same ones for the same seed."""
    content = yaml.safe_load((FOLDER / "safety_templates.yaml").read_bytes())
    fill = {name: [f.strip() for f in text.split("|")] for name, text in {**content["fill"], **content["more"]}.items()}
    chance = random.Random(seed)  # noqa: S311 - messages to learn from, no secrets
    frames = [(kind, frame) for kind, frames in content["reports"].items() for frame in frames]
    frames += [("", frame) for frame in content["benign"]]
    made = {text: kind for kind, frame in frames for text in _filled(frame, fill, chance)}
    return tuple(Message(text, (kind,) if kind else ()) for text, kind in made.items())


def _filled(frame: str, fill: Mapping[str, list[str]], chance: random.Random) -> Iterator[str]:
    for _ in range(_A_FRAME):
        text = _SLOT.sub(lambda slot: chance.choice(fill[slot.group(1)]), frame)
        yield " ".join(text.split())
