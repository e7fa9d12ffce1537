"""`python -m evals.fit_label_words`: which words are labels' own, and which everyday; `--write` replaces the lists.

The encoder's vocabulary is ordered by how often a word was met in its training text (Wikipedia and books): its first
entries are everyday words. A stem is a label's own word where three labels use it, not most of them (those are words
every label is made of), and it is none of the first entries. Needs the labels of the shared folder; half a minute once
they are built.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from tokenizers import Tokenizer

from assistant.composing.confidence import SHORTEST
from assistant.composing.label_words import DEFAULT
from assistant.composing.terms import stem
from evals.cli import cache_folder
from evals.library import open_throwaway
from knowledge.embed import TOKENIZER_FILE
from knowledge.types import Audience, Market, Partition

LABELS = 3  # that use a word before it counts as theirs; 2 to 8 did alike on suites left out
MOST = 0.5  # of the labels may use it; 0.3 and 0.75 did alike
COMMON = 4000  # entries of the vocabulary that are no label's own words; 2000 and 7000 told less
EVERYDAY = 3000  # entries that say nothing of what a label holds, a thousand words; 2500 and 3500 did alike


def everyday(tokenizer: Tokenizer, first: int) -> frozenset[str]:
    """The stems of the whole words among the first entries of a vocabulary that is ordered by frequency."""
    held = tokenizer.get_vocab()
    return frozenset(stem(word) for word, place in held.items() if place < first and _is_word(word))


def _is_word(text: str) -> bool:
    return text.isalpha() and text.isascii() and len(text) >= SHORTEST


def own_words(labels: Sequence[Iterable[str]], known: frozenset[str]) -> list[str]:
    """The stems that some labels use and not most, without everyday ones; each label is given by all stems it uses."""
    counts = Counter(name for label in labels for name in set(label))
    most = MOST * len(labels)
    return sorted(name for name, n in counts.items() if LABELS <= n <= most and _is_word(name) and name not in known)


def _tokenizer() -> Tokenizer:
    package, file = TOKENIZER_FILE
    return Tokenizer.from_file(str(files(package).joinpath(file)))


def main(
    labels: Annotated[Path, typer.Option(help="The folder of labels.")] = Path("../shared/data/labels/openfda"),
    write: Annotated[bool, typer.Option(help="Replace the list.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Count, and say how many words there are."""
    services, built = open_throwaway(labels, cache_folder(None))
    try:
        held, now = [], services.clock.now()
        for names in built.labels.values():
            partition = Partition(product=names.product, market=Market.US, audience=Audience.HCP)
            found = services.knowledge.effective(partition, now)
            held += [services.assistant.readings.of(document).rarity.known() for document in found]
    finally:
        services.close()
    tokenizer = _tokenizer()
    own = own_words(held, everyday(tokenizer, COMMON))
    known = sorted(everyday(tokenizer, EVERYDAY))
    typer.echo(f"{len(own)} words of {len(held)} labels, {len(known)} everyday words", err=True)
    if write:
        made = {"made_by": f"evals.fit_label_words on {len(held)} US labels", "own": own, "everyday": known}
        lists = {name: value if isinstance(value, str) else " ".join(value) for name, value in made.items()}
        DEFAULT.write_text(json.dumps(lists, indent=1) + "\n", encoding="utf-8")
        typer.echo(f"written: {DEFAULT}", err=True)


if __name__ == "__main__":
    typer.run(main)
