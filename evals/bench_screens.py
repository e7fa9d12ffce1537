"""`python -m evals.bench_screens`: what all screens together cost a message, the encoding told apart.

Every turn of the bench and every public label question is looked at once: masked, screened, and its parts held
against the approved label (`turn/judge.py`, where off-label use and comparisons are found). The text is read by the
encoder before, by itself, as retrieval needs it anyway. Labels have been read, as a server does when it starts.
The bar is held to the time the processor was at work; the time on the clock stands beside it and grows with what
else the machine does.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from assistant.adapters.reader import MiniLMReader
from assistant.bootstrap import Services
from assistant.screens import Screen, ScreenInput, default_screens
from assistant.serving import settle
from assistant.turn.judge import judge
from assistant.turn.screen import screen
from assistant.turn.understand import understand
from assistant.types import Asker, Finding, FindingKind, Question, Scope
from assistant.warming import Warming
from evals.cli import cache_folder
from evals.errors import EvalError
from evals.library import open_throwaway
from evals.question_sets import SETS, read_questions
from evals.screens_report import Message, ScreensReport, Spent, print_report, report_of
from evals.suite import load_suite
from knowledge.types import ApprovedDocument, Audience, Market, Partition, ProductNames

_FIRST = 40  # messages looked at before the first is measured


@dataclass
class _Timed:
    """A screen whose every look is timed."""

    screen: Screen
    spent: float = 0.0
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Go by the name of the screen."""
        self.name = self.screen.name

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """What the screen finds."""
        began = time.process_time()
        try:
            return self.screen.look(message)
        finally:
            self.spent = time.process_time() - began


@dataclass
class _Encoding:
    """Reads a text when the screens are about to, and says how long it took."""

    reader: MiniLMReader
    processor: float = 0.0
    wall: float = 0.0

    def ahead(self, text: str) -> None:
        """Read, and wait for it."""
        wall, processor = time.perf_counter(), time.process_time()
        self.reader.read(text)
        self.wall, self.processor = time.perf_counter() - wall, time.process_time() - processor


class Measuring:
    """Looks at messages as a turn does, on the labels of one library."""

    def __init__(self, services: Services) -> None:
        """Open the screens anew, with a reader of their own."""
        self._encoding = _Encoding(MiniLMReader())
        self._timed = [_Timed(one) for one in default_screens(self._encoding.reader)]
        self._topics = services.assistant.topics
        self._threshold = services.assistant.policies[Market.US].thresholds.off_label
        self._at = services.clock.now()
        self._products = services.knowledge.products(Market.US, Audience.HCP, self._at)
        named = (name for p in self._products for name in (p.product, p.generic, *p.substances) if name)
        self._names = tuple(sorted({name.lower() for name in named}))
        self._in_view = {p.product: p for p in self._products}
        self._documents = {p.product: self._effective(services, p) for p in self._products}

    def measure(self, message: Message) -> Spent:
        """One message: screened, and held against the label."""
        in_view = self._in_view.get(message.product or "")
        question = self._question(message)
        wall, processor = time.perf_counter(), time.process_time()
        screening = screen(question, self._timed, self._names, in_view, self._encoding.ahead)
        looked = time.process_time() - processor - self._encoding.processor
        looked_wall = time.perf_counter() - wall - self._encoding.wall
        understanding = understand(question, screening, (), self._products, self._topics)
        wall, processor = time.perf_counter(), time.process_time()
        judge(screening, understanding, self._effective_of, self._names, self._threshold)
        judged, judged_wall = time.process_time() - processor, time.perf_counter() - wall
        parts = {timed.name: timed.spent for timed in self._timed}
        return Spent(
            message=message,
            processor=looked + judged,
            wall=looked_wall + judged_wall,
            encoding=self._encoding.wall,
            parts={"masking": looked - sum(parts.values()), **parts, "against the label": judged},
            failed=len(screening.of_kind(FindingKind.SCREEN_FAILED)),
        )

    def _question(self, message: Message) -> Question:
        return Question(
            question_id=message.id,
            conversation_id=message.id,
            asker=Asker(pseudonym="bench"),
            scope=Scope(product=message.product, market=Market.US),
            text=message.text,
            asked_at=self._at,
        )

    def _effective_of(self, product: str) -> tuple[ApprovedDocument, ...]:
        return self._documents.get(product, ())

    def _effective(self, services: Services, names: ProductNames) -> tuple[ApprovedDocument, ...]:
        partition = Partition(product=names.product, market=Market.US, audience=Audience.HCP)
        return tuple(services.knowledge.effective(partition, self._at))


app = typer.Typer()


@app.command()
def main(
    *,
    bench: Annotated[Path, typer.Option(help="The bench.")] = Path("../shared/bench/dev.jsonl"),
    questions: Annotated[Path, typer.Option(help="The folder of question sets.")] = Path("../shared/data/questions"),
    labels: Annotated[Path, typer.Option(help="A folder of labels.")] = Path("../shared/data/labels/openfda"),
    cache: Annotated[Path | None, typer.Option(help="Where built libraries are kept.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure, print, and exit 1 when the bar is broken or a screen failed, 2 on wrong input."""
    talk = Console(stderr=True)
    try:
        services, built = open_throwaway(labels, cache_folder(cache), lambda *_: None)
        try:
            sets = messages(bench, questions, built.labels)
            report = _measured(services, sets, talk)
        finally:
            services.close()
    except EvalError as error:
        talk.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(report.model_dump_json(indent=1))
    else:
        print_report(Console(), report)
    if report.failed or not report.is_held:
        raise typer.Exit(1)


def messages(bench: Path, questions: Path, labels: dict[str, ProductNames]) -> dict[str, list[Message]]:
    """Every turn of the bench and every label question, by set, each about the product its label is of."""
    by_set = {"bench": list(_turns(bench, labels))}
    products = {names.product.casefold(): names.product for names in labels.values()}
    for name in SETS:
        by_set[name] = []
        for asked in read_questions(name, questions):
            held = next((labels[file].product for file in asked.labels if file in labels), None)
            product = held or products.get(asked.drug.casefold())
            by_set[name].append(Message(id=asked.id, text=asked.text, product=product))
    return by_set


def _turns(bench: Path, labels: dict[str, ProductNames]) -> Iterable[Message]:
    for case in load_suite(bench).cases:
        names = labels.get(case.label or "")
        for number, text in enumerate(case.turns, start=1):
            yield Message(id=f"{case.id} turn {number}", text=text, product=names.product if names else None)


def _measured(services: Services, sets: dict[str, list[Message]], talk: Console) -> ScreensReport:
    warming = Warming(services, then=settle)  # as a server does
    warming.start()
    warming.wait()
    measuring = Measuring(services)
    every = [message for rows in sets.values() for message in rows]
    for message in every[:: max(1, len(every) // _FIRST)]:
        measuring.measure(message.model_copy(update={"text": f"Hello. {message.text} (once before)"}))
    spent = [measuring.measure(one) for one in track(every, "messages", console=talk, disable=not talk.is_terminal)]
    return report_of({name: len(rows) for name, rows in sets.items()}, spent)


if __name__ == "__main__":
    app()
