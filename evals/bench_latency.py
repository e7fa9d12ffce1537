"""`python -m evals.bench_latency`: how long a recorded answer takes, beside the least it could take.

Whole turns (durable commit included) and the bare floor are measured on the same questions, one after
the other in changing order, so that a busy neighbour slows both.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import uuid
import zlib
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from assistant.records import Interaction
from assistant.serving import settle
from assistant.types import Asker, Question, Scope
from assistant.warming import Warming
from evals.cli import cache_folder
from evals.errors import EvalError
from evals.floor import STAGES, Floor, open_floor
from evals.latency_library import SizedLibrary, sized_library
from evals.latency_report import BAR_RATIO, BAR_SECONDS, BAR_SIZE, LatencyReport, SizeReport, Timing, print_report
from evals.machine import describe_machine
from evals.suite import load_suite
from evals.summary import percentile
from knowledge.types import Audience, Market, Partition, Value

SHARED = Path("../shared")
DEMO = Path("knowledge/library")
TEMPLATES = (
    "What is the recommended dosage of {}?",
    "{} dose in severe renal impairment?",
    "dose adjustment for hepatic impairment with {}",
    "Is {} contraindicated in any patients?",
    "boxed warning for {}?",
    "What are the most common adverse reactions with {}?",
    "can {} be given during pregnancy",
    "breastfeeding while on {}",
    "Does {} interact with strong CYP3A inhibitors?",
    "half-life of {}",
    "mechanism of action {}",
    "How should {} be stored?",
    "use of {} in patients 65 years and older",
    "what to monitor during treatment with {}",
    "clinical trial results for {} versus placebo",
    "what to do in case of {} overdose",
)
# What people write around a question. Without it the same sixteen texts would come again for every product, and the
# vectors kept of the last questions would stand for encoding them.
OPENINGS = ("", "Hello, ", "Hi - ", "Good morning. ", "Quick question: ", "Could you tell me: ", "For a colleague: ")
CLOSINGS = ("", " Thanks", " Thank you!", " please", " Many thanks in advance.", " Kind regards", " - thx")


def asked(template: str, product: str, chance: random.Random) -> str:
    """A question about a product, as one of many who ask it might write it."""
    return f"{chance.choice(OPENINGS)}{template.format(product)}{chance.choice(CLOSINGS)}"


class Ask(Value):
    """One question, and the product it is scoped to."""

    text: str
    product: str


def questions_for(library: SizedLibrary, count: int, bench: Path | None) -> tuple[Ask, ...]:
    """Questions over topics and products, a third of them on the largest partition; the bench's where it is there."""
    chance = random.Random(7)  # noqa: S311 - a bench that can be repeated, no secret
    asks: list[Ask] = []
    if bench is not None and bench.is_file():
        for case in load_suite(bench).cases:
            names = library.labels.get(case.label or "")
            if names is not None:
                asks.append(Ask(text=case.turns[-1], product=names.product))
    chance.shuffle(asks)
    asks = asks[: count // 3]
    products = [names.product for names in library.products]
    while len(asks) < count:
        is_large = len(asks) % 2 == 0
        product = library.large_product if is_large else products[len(asks) % len(products)]
        asks.append(Ask(text=asked(chance.choice(TEMPLATES), product, chance), product=product))
    chance.shuffle(asks)
    return tuple(asks)


def measure(library: SizedLibrary, asks: Sequence[Ask], folder: Path) -> SizeReport:
    """Ask every question, and measure the floor on the same question beside it."""
    storage = library.services.settings.storage.directory
    products = sorted({ask.product for ask in asks})
    partitions = {p: Partition(product=p, market=Market.US, audience=Audience.HCP) for p in products}
    firsts = [_turn(library, Ask(text=TEMPLATES[0].format(p), product=p)) for p in products]
    warming = Warming(library.services, then=settle)  # as a server does
    warming.start()
    warming.wait()
    with closing(open_floor(storage, list(partitions.values()), folder)) as floor:
        turns, floors, sizes = _interleaved(library, asks, floor, partitions)
    whole = [seconds for seconds, _ in turns]
    bare = [sum(stages.values()) for stages in floors]
    names = dict.fromkeys(name for _, interaction in turns for name in interaction.stage_seconds)
    ratio = _timing(whole).p95 / _timing(bare).p95
    is_held = _timing(whole).p95 <= BAR_SECONDS * 1000 and ratio <= BAR_RATIO
    return SizeReport(
        passages=library.passages,
        real_passages=library.real_passages,
        large_partition=library.large_passages,
        questions=len(turns),
        answered=sum(any(o.kind == "answer" for o in interaction.reply.outcomes) for _, interaction in turns),
        whole=_timing(whole),
        first_of_a_product=_timing([seconds for seconds, _ in firsts]),
        stages={n: _timing([i.stage_seconds.get(n, 0.0) for _, i in turns]) for n in names},
        floor=_timing(bare),
        floor_stages={n: _timing([stages[n] for stages in floors]) for n in STAGES},
        record_bytes_p50=percentile(sizes, 50) or 0.0,
        ratio_p95=ratio,
        is_held=is_held if library.passages >= BAR_SIZE else None,
    )


def _interleaved(
    library: SizedLibrary, asks: Sequence[Ask], floor: Floor, partitions: dict[str, Partition]
) -> tuple[list[tuple[float, Interaction]], list[dict[str, float]], list[float]]:
    turns: list[tuple[float, Interaction]] = []
    floors: list[dict[str, float]] = []
    sizes: list[float] = []
    record = b"x" * 8192
    for number, ask in enumerate(asks):
        if number % 2:
            floors.append(floor.measure(ask.text, partitions[ask.product], record))
        turns.append(_turn(library, ask))
        if number % 2 == 0:
            floors.append(floor.measure(ask.text, partitions[ask.product], record))
        record = _body(turns[-1][1])  # the next floor commits as much as this turn did
        sizes.append(float(len(record)))
    return turns, floors, sizes


def _body(interaction: Interaction) -> bytes:
    """As many bytes as the ledger keeps of a turn: its JSON, compressed."""
    return zlib.compress(interaction.model_dump_json().encode())


def _turn(library: SizedLibrary, ask: Ask) -> tuple[float, Interaction]:
    services = library.services
    question = Question(
        question_id=f"question_{uuid.uuid4().hex}",
        conversation_id=f"conversation_{uuid.uuid4().hex}",
        asker=Asker(pseudonym="bench"),
        scope=Scope(product=ask.product, market=Market.US),
        text=ask.text,
        asked_at=services.clock.now(),
    )
    started = time.perf_counter()
    interaction = services.assistant.take_turn(question)
    return time.perf_counter() - started, interaction


def _timing(seconds: Sequence[float]) -> Timing:
    p50, p95, p99 = (1000 * (percentile(seconds, share) or 0.0) for share in (50, 95, 99))
    return Timing(p50=p50, p95=p95, p99=p99)


def main(
    sizes: Annotated[str, typer.Option(help="Passages in the library, separated by commas.")] = "10000,100000",
    questions: Annotated[int, typer.Option(min=20, help="Questions asked at each size.")] = 240,
    labels: Annotated[Path | None, typer.Option(help="Folder of real labels.", show_default=False)] = None,
    json: Annotated[str, typer.Option(help="Write the figures to this file; - for stdout.")] = "",
    cache: Annotated[Path | None, typer.Option(help="Where built libraries are kept.")] = None,
) -> None:
    """Measure, print, and exit 1 when the bar is broken."""
    talk = Console(stderr=True)
    real = SHARED / "data/labels/openfda"
    folder = labels or (real if real.is_dir() else DEMO)
    try:
        reports = [_measured(folder, size, questions, cache_folder(cache), talk) for size in _numbers(sizes)]
    except EvalError as error:
        talk.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    report = LatencyReport(machine=describe_machine(), measured_at=datetime.now(UTC), sizes=tuple(reports))
    text = report.model_dump_json(indent=1) + "\n"
    if json == "-":
        sys.stdout.write(text)
    else:
        print_report(Console(width=None if sys.stdout.isatty() else 120), report)
    if json not in {"", "-"}:
        Path(json).write_text(text, encoding="utf-8")
    if any(size.is_held is False for size in reports):
        raise typer.Exit(1)


def _numbers(sizes: str) -> tuple[int, ...]:
    wanted = tuple(sizes.replace("_", "").split(","))
    if not all(size.isdecimal() and int(size) > 0 for size in wanted):
        raise EvalError(f"--sizes {sizes}: give numbers of passages separated by commas, such as 10000,100000.")
    return tuple(int(size) for size in wanted)


def _measured(folder: Path, size: int, questions: int, cache_dir: Path, talk: Console) -> SizeReport:
    bench = SHARED / "bench/dev.jsonl"
    with Progress(console=talk, transient=True, disable=not talk.is_terminal) as progress:
        tasks: dict[str, Any] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(f"{size:,}: {what}")
            progress.update(tasks[what], completed=done, total=total)

        library = sized_library(folder, size, cache_dir, told)
    try:
        with tempfile.TemporaryDirectory(prefix="hcp-floor-") as where:
            return measure(library, questions_for(library, questions, bench), Path(where))
    finally:
        library.services.close()


if __name__ == "__main__":
    typer.run(main)
