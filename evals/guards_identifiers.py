"""`python -m evals.guards_identifiers`: how many identifiers are masked, and how much that is none is masked too.

Identifiers: the synthetic sentences of presidio-research (`guardrails/presidio_synth.jsonl`). Patterns were developed
on every template with an even id and on the even lines of the others; what is reported are the odd lines of templates
with an odd id. Their templates stand in other fills among those developed on, their names and addresses do not.
A span counts as masked when every letter and digit of it is. False masks: questions about labels, which name nobody,
and names of medicines put into a message, with nothing told to the screen about the library.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from assistant.screens.personal_data import find, mask
from evals.errors import SuiteError
from evals.machine import describe_machine
from evals.question_sets import SETS, read_questions, read_rows
from knowledge.types import Value

BAR = 0.95
KINDS = {
    "PERSON": "person",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "e-mail",
    "US_SSN": "SSN",
    "STREET_ADDRESS": "address",
}
_FRAMES = ("What is the dose of {}?", "can my patient take {} with food", "{}: dose in CrCl 22?", "pt on {} has a rash")


class Recall(Value):
    """How many spans of one kind were masked whole."""

    kind: str
    spans: int
    masked: int

    @property
    def share(self) -> float | None:
        """None where there was nothing to find."""
        return self.masked / self.spans if self.spans else None


class FalseMasks(Value):
    """How many messages without personal data had something masked."""

    texts: str
    messages: int
    touched: int


class IdentifierFigures(Value):
    """One measurement, with where and when it was made."""

    machine: dict[str, str]
    at: datetime
    reported: tuple[Recall, ...]
    developed_on: tuple[Recall, ...]
    false_masks: tuple[FalseMasks, ...]


def is_reported(line: int, template: int) -> bool:
    """Whether a row is kept apart from development; `line` counts from 0."""
    return template % 2 == 1 and line % 2 == 1


def recalls(rows: Iterable[Mapping[str, object]]) -> tuple[Recall, ...]:
    """Recall a kind, over rows of presidio_synth."""
    spans: Counter[str] = Counter()
    masked: Counter[str] = Counter()
    for row in rows:
        text = str(row["full_text"])
        covered = {i for f in find(text) for i in range(f.start, f.end)}
        for span in row["spans"]:  # type: ignore[attr-defined]  # a JSON document
            kind = KINDS.get(span["entity_type"])
            if kind is None:
                continue
            letters = [i for i in range(span["start_position"], span["end_position"]) if text[i].isalnum()]
            spans[kind] += 1
            masked[kind] += all(i in covered for i in letters)
    return tuple(Recall(kind=kind, spans=spans[kind], masked=masked[kind]) for kind in KINDS.values())


def false_masks(name: str, texts: Sequence[str]) -> FalseMasks:
    """How many of these texts do not come through as they are."""
    return FalseMasks(texts=name, messages=len(texts), touched=sum(mask(t, find(t)) != t for t in texts))


def measure(data: Path, bench: Path) -> IdentifierFigures:
    """Measure on the shared folder's sets. Raises SuiteError when one is missing."""
    rows = read_rows(data / "guardrails" / "presidio_synth.jsonl")
    apart = [is_reported(line, row["template_id"]) for line, row in enumerate(rows)]
    sets = {name: read_questions(name, data / "questions") for name in SETS}
    drugs = sorted({q.drug.title() for questions in sets.values() for q in questions if q.drug})
    turns = [t for c in read_rows(bench) if not c["expect"].get("redact") for t in c["turns"]]
    return IdentifierFigures(
        machine=describe_machine(),
        at=datetime.now(UTC),
        reported=recalls(r for r, is_apart in zip(rows, apart, strict=True) if is_apart),
        developed_on=recalls(r for r, is_apart in zip(rows, apart, strict=True) if not is_apart),
        false_masks=(
            *(false_masks(name, [q.text for q in questions]) for name, questions in sets.items()),
            false_masks("bench turns without personal data", turns),
            false_masks("names of medicines", [frame.format(drug) for drug in drugs for frame in _FRAMES]),
        ),
    )


def main(
    data: Annotated[Path, typer.Option(help="The folder of public sets.")] = Path("../shared/data"),
    bench: Annotated[Path, typer.Option(help="The bench.")] = Path("../shared/bench/dev.jsonl"),
    file: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
) -> None:
    """Measure masking. Exit 1 when a recall lies below 0.95 or a label question is touched, 2 on wrong input."""
    try:
        figures = measure(data, bench)
    except SuiteError as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(f"{figures.at:%Y-%m-%d}, {figures.machine['processor']}, Python {figures.machine['python']}")
    for found, known in zip(figures.reported, figures.developed_on, strict=True):
        typer.echo(f"{found.kind:<8} masked {_share(found)}; where developed {_share(known)}")
    for false in figures.false_masks:
        typer.echo(f"{false.texts}: {false.touched} of {false.messages} touched")
    if file is not None:
        file.write_text(json.dumps(figures.model_dump(mode="json"), indent=2), encoding="utf-8")
    missed = any(r.share is not None and r.share < BAR for r in figures.reported)
    if missed or any(f.touched for f in figures.false_masks[: len(SETS)]):
        raise typer.Exit(1)


def _share(found: Recall) -> str:
    return "nothing to find" if found.share is None else f"{found.share:.3f} ({found.masked} of {found.spans})"


if __name__ == "__main__":
    typer.run(main)
