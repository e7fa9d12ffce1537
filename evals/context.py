"""`python -m evals.context`: does a quoted sentence keep its condition, negation, population and boxed warning?

Plays the questions of `suites/context.yaml` on its own invented labels, and looks in each composed answer (shown or
handed over) for every marked sentence of that label: one that stands there without what it needs is a loss.
"""

from __future__ import annotations

import re
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import Field, ValidationError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.bootstrap import Services, build
from assistant.say import blocks_text
from assistant.types import Asker, Draft, Question, SafetyInformation, Scope
from evals.cli import cache_folder
from evals.drafting import SectionText, document, shelve
from evals.errors import EvalError, SuiteError
from evals.library import embedded_settings
from evals.score import collapsed
from knowledge.types import Market, ParsedDocument, ProductNames, Value

SUITE = Path(__file__).with_name("suites") / "context.yaml"
BAR = 0.01  # share of the sentences shown that lost something
LEAST_SHOWN = 0.75  # share of the questions whose own sentence is quoted: below, little was judged
BOXED = "boxed"  # the one kind whose needs may stand in the important safety information
_MARK = re.compile(r" \[\d+\]")
talk = Console(stderr=True)


class Marked(Value):
    """A sentence that depends on other words of its label, a question that calls for it, and those words."""

    kind: str
    ask: str
    says: str
    needs: tuple[str, ...] = Field(min_length=1)


class ContextLabel(Value):
    """One invented label with its marked sentences."""

    product: str
    generic: str
    sections: tuple[SectionText, ...]
    sentences: tuple[Marked, ...]

    def parsed(self) -> ParsedDocument:
        """The label as a document."""
        names = ProductNames(product=self.product, generic=self.generic)
        return document(names, f"context-{self.product.lower()}", self.sections, SUITE.name)


class ContextSuite(Value):
    """The whole set."""

    name: str
    owner: str
    purpose: str
    documents: tuple[ContextLabel, ...]


class Loss(Value):
    """A marked sentence that an answer showed without all it needs."""

    product: str
    kind: str
    question: str
    says: str
    missing: tuple[str, ...]
    answer: str


class ContextFigures(Value):
    """What one run found."""

    sentences: int
    asked_for: int  # sentences quoted in the answer to their own question
    shown: dict[str, int]  # by kind: marked sentences standing in some answer, once an answer
    losses: tuple[Loss, ...]
    unquoted: tuple[str, ...]  # questions whose sentence was not quoted

    @property
    def loss_rate(self) -> float | None:
        """Losses over sentences shown; None when none was shown."""
        whole = sum(self.shown.values())
        return len(self.losses) / whole if whole else None


def read_suite(path: Path = SUITE) -> ContextSuite:
    """Read the set, and hold each mark against its label. Raises SuiteError."""
    try:
        suite = ContextSuite.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise SuiteError(f"{path}: not a context suite: {error}") from None
    for label in suite.documents:
        parsed = label.parsed()
        text = collapsed(parsed.text)
        for marked in label.sentences:
            quotable = [u for u in parsed.units if collapsed(marked.says) in collapsed(parsed.text[u.start : u.end])]
            if len(quotable) != 1:
                raise SuiteError(
                    f"{path}: {label.product}: '{marked.says}' stands in {len(quotable)} units, not in one."
                )
            for need in marked.needs:
                if collapsed(need) not in text:
                    raise SuiteError(f"{path}: {label.product}: needs '{need}', which the label does not say.")
    return suite


def measure(suite: ContextSuite, cache: Path) -> ContextFigures:
    """Ask every question of the set, on a library of its labels alone."""
    with tempfile.TemporaryDirectory() as folder:
        services = build(embedded_settings(Path(folder)))
        try:
            shelve(services, [label.parsed() for label in suite.documents], cache)
            asked = [(label, marked) for label in suite.documents for marked in label.sentences]
            drafts = [_drafts(services, label, m.ask) for label, m in track(asked, "questions", console=talk)]
        finally:
            services.close()
    return judge(asked, drafts)


def _drafts(services: Services, label: ContextLabel, ask: str) -> tuple[Draft, ...]:
    question = Question(
        question_id=f"question_{uuid.uuid4().hex}",
        conversation_id=f"conversation_{uuid.uuid4().hex}",
        asker=Asker(pseudonym="evals"),
        scope=Scope(product=label.product, market=Market.US),
        text=ask,
        asked_at=services.clock.now(),
    )
    return services.assistant.take_turn(question).drafts


def judge(asked: Sequence[tuple[ContextLabel, Marked]], drafts: Sequence[Sequence[Draft]]) -> ContextFigures:
    """Look for every marked sentence in every answer about its label. `drafts` stand in the order of `asked`."""
    shown: Counter[str] = Counter()
    losses: list[Loss] = []
    unquoted: list[str] = []
    for (label, own), composed in zip(asked, drafts, strict=True):
        quoted = False
        for marked, missing, answer in (found for draft in composed for found in shown_in(draft, label.sentences)):
            shown[marked.kind] += 1
            quoted = quoted or marked.says == own.says
            if missing:
                losses.append(
                    Loss(
                        product=label.product,
                        kind=marked.kind,
                        question=own.ask,
                        says=marked.says,
                        missing=missing,
                        answer=answer,
                    )
                )
        if not quoted:
            unquoted.append(own.ask)
    return ContextFigures(
        sentences=len(asked),
        asked_for=len(asked) - len(unquoted),
        shown=dict(sorted(shown.items())),
        losses=tuple(losses),
        unquoted=tuple(unquoted),
    )


def shown_in(draft: Draft, sentences: Sequence[Marked]) -> Iterator[tuple[Marked, tuple[str, ...], str]]:
    """The marked sentences an answer shows, each with the words it needs that are not there, and the answer."""
    own = tuple(block for block in draft.blocks if not isinstance(block, SafetyInformation))
    answer = _MARK.sub("", "\n".join(blocks_text(own)))
    beside = () if draft.safety_information is None else (draft.safety_information,)
    text, safety = collapsed(answer), collapsed(_MARK.sub("", "\n".join(blocks_text(beside))))
    for marked in sentences:
        if collapsed(marked.says) in text:
            visible = f"{text}\n{safety}" if marked.kind == BOXED else text
            yield marked, tuple(need for need in marked.needs if collapsed(need) not in visible), answer


def main(
    suite: Annotated[Path, typer.Option(help="The set of marked sentences.")] = SUITE,
    file: Annotated[Path | None, typer.Option("--json", help="Write figures and losses there.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where vectors are kept.")] = None,
) -> None:
    """Measure context loss. Exit 1 above the bar or when too little was quoted to judge, 2 on a wrong set."""
    try:
        figures = measure(read_suite(suite), cache_folder(cache))
    except EvalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    report(figures, Console())
    if file is not None:
        file.write_text(figures.model_dump_json(indent=2) + "\n", encoding="utf-8")
    sys.exit(0 if holds(figures) else 1)


def holds(figures: ContextFigures) -> bool:
    """Whether the bar is kept, and enough was shown for that to mean something."""
    rate = figures.loss_rate
    return rate is not None and rate <= BAR and figures.asked_for >= LEAST_SHOWN * figures.sentences


def report(figures: ContextFigures, console: Console) -> None:
    """Print losses a kind, and each loss."""
    lost = Counter(loss.kind for loss in figures.losses)
    table = Table("kind", "shown", "lost")
    for kind, count in figures.shown.items():
        table.add_row(kind, str(count), str(lost[kind]))
    console.print(table)
    for loss in figures.losses:
        console.print(
            f"{loss.product} [{loss.kind}] {loss.question}: '{loss.says}' without {loss.missing}", markup=False
        )
    rate = figures.loss_rate
    told = "nothing shown" if rate is None else f"{rate:.4f}"
    console.print(f"{figures.sentences} sentences, {figures.asked_for} quoted when asked for; context loss {told}")


if __name__ == "__main__":
    typer.run(main)
