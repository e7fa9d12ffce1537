"""Questions of which we know, label by label, whether the label can answer: to fit and judge silence on.

A bank of questions (`silence.yaml`) is asked of every label. Where a label nowhere uses any of the words an
answer would need, it is silent for certain; where it does, a draft that shows such a word counts as right.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from assistant.bootstrap import Services
from assistant.records import Interaction
from assistant.types import PartKind
from evals.run import play
from evals.types import EvalCase, Expectation
from knowledge.types import Audience, Market, Partition, ProductNames

BANK = Path(__file__).with_name("silence.yaml")
SILENT, SPOKEN = "silent_probe", "spoken_probe"
PER_LABEL = 6  # questions put to each label: some 800 on the labels of the dev bench, a minute
SEED = 20261122


@dataclass(frozen=True)
class Probe:
    """A question of the bank as put to one label, and the words its answer would need."""

    case: EvalCase
    said: re.Pattern[str]

    @property
    def is_silent(self) -> bool:
        """Whether the label is silent for certain."""
        return self.case.category == SILENT


@cache
def bank() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    """The wordings and the words of an answer, a subject each."""
    content = yaml.safe_load(BANK.read_text(encoding="utf-8"))
    return tuple((tuple(entry["ask"]), re.compile(entry["said"], re.IGNORECASE)) for entry in content)


def probes(services: Services, labels: Mapping[str, ProductNames], market: Market = Market.US) -> tuple[Probe, ...]:
    """`PER_LABEL` questions of the bank for each label, always the same ones."""
    found = []
    for file, names in sorted(labels.items()):
        partition = Partition(product=names.product, market=market, audience=Audience.HCP)
        texts = [d.document.text for d in services.knowledge.effective(partition, services.clock.now())]
        dealt = random.Random(f"{SEED} {file}").sample(bank(), PER_LABEL)  # noqa: S311 - a repeatable draw, no secret
        for number, (wordings, said) in enumerate(dealt):
            silent = not any(said.search(text) for text in texts)
            found.append(Probe(_case(file, names, wordings[number % len(wordings)], number, market, silent), said))
    return tuple(found)


def _case(file: str, names: ProductNames, wording: str, number: int, market: Market, silent: bool) -> EvalCase:  # noqa: FBT001 - told once
    return EvalCase(
        id=f"probe-{file}-{number}",
        category=SILENT if silent else SPOKEN,
        label=file,
        product=names.product,
        market=market,
        turns=(wording.format(p=names.product),),
        expect=Expectation(outcome="handoff" if silent else "answer"),
    )


def ask(services: Services, probe: Probe) -> Sequence[tuple[Mapping[str, float], bool]]:
    """The features of each draft the probe got, and whether the draft is right; empty where none was composed."""
    interaction = play(services, probe.case, probe.case.product)[0][-1]
    if interaction.understanding is None:
        return ()
    kinds = [part.kind for part in interaction.understanding.parts]
    return tuple(
        (draft.features, not probe.is_silent and _shows(interaction, draft.part, probe.said))
        for draft in interaction.drafts
        if kinds[draft.part] is PartKind.ON_LABEL
    )


def _shows(interaction: Interaction, part: int, said: re.Pattern[str]) -> bool:
    draft = next(d for d in interaction.drafts if d.part == part)
    safety = {p.citation for p in draft.safety_information.pieces} if draft.safety_information else set()
    return any(said.search(c.shown) for number, c in enumerate(draft.citations) if number not in safety)
