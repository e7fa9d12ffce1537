"""What the screens cost: values of `evals.bench_screens`, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from evals.latency_report import Timing
from evals.machine import describe_machine
from evals.summary import percentile
from knowledge.types import Value

BAR = 4.0  # ms p95, all screens together (issue 4)
_SLOWEST = 10


class Message(Value):
    """One message, and the product the portal is about when it comes."""

    id: str
    text: str
    product: str | None


@dataclass(frozen=True)
class Spent:
    """What one message cost, in seconds."""

    message: Message
    processor: float
    wall: float
    encoding: float
    parts: dict[str, float]
    failed: int


class Slow(Value):
    """A message that cost much: milliseconds of processor, all screens together."""

    id: str
    characters: int
    cost: float
    most: str  # the part that cost most
    cost_of_most: float


class ScreensReport(Value):
    """What was measured, where and when; milliseconds."""

    machine: dict[str, str]
    measured_at: datetime
    messages: dict[str, int]  # by set
    processor: Timing
    wall: Timing
    encoding: Timing  # on the clock; not among the screens
    parts: dict[str, Timing]  # processor
    slowest: tuple[Slow, ...]
    failed: int  # screens that raised
    bar: float = BAR
    is_held: bool


def report_of(sets: dict[str, int], spent: Sequence[Spent]) -> ScreensReport:
    """Percentiles over all messages, and the messages that cost most."""
    slow = sorted(spent, key=lambda one: -one.processor)[:_SLOWEST]
    processor = _timing([one.processor for one in spent])
    return ScreensReport(
        machine=describe_machine(),
        measured_at=datetime.now(UTC),
        messages=sets,
        processor=processor,
        wall=_timing([one.wall for one in spent]),
        encoding=_timing([one.encoding for one in spent]),
        parts={name: _timing([one.parts[name] for one in spent]) for name in spent[0].parts},
        slowest=tuple(_slow(one) for one in slow),
        failed=sum(one.failed for one in spent),
        is_held=processor.p95 <= BAR,
    )


def _slow(spent: Spent) -> Slow:
    most = max(spent.parts, key=lambda name: spent.parts[name])
    return Slow(
        id=spent.message.id,
        characters=len(spent.message.text),
        cost=1000 * spent.processor,
        most=most,
        cost_of_most=1000 * spent.parts[most],
    )


def _timing(seconds: Sequence[float]) -> Timing:
    p50, p95, p99 = (1000 * (percentile(seconds, share) or 0.0) for share in (50, 95, 99))
    return Timing(p50=p50, p95=p95, p99=p99)


def print_report(console: Console, report: ScreensReport) -> None:
    """One table, the slowest messages, and whether the bar is held."""
    counts = ", ".join(f"{count} of {name}" for name, count in report.messages.items())
    table = Table(title=f"{sum(report.messages.values())} messages: {counts}")
    for name in ("milliseconds", "p50", "p95", "p99"):
        table.add_column(name, justify="left" if name == "milliseconds" else "right")
    told = {"all screens, processor": report.processor, **{f"  {name}": part for name, part in report.parts.items()}}
    for name, timing in {**told, "all screens, clock": report.wall, "encoding, clock": report.encoding}.items():
        table.add_row(name, f"{timing.p50:.2f}", f"{timing.p95:.2f}", f"{timing.p99:.2f}")
    console.print(table)
    for slow in report.slowest:
        console.print(
            f"{slow.cost:6.2f} ms  {slow.id}, {slow.characters} characters, {slow.most} {slow.cost_of_most:.2f}"
        )
    held = "[green]the bar is held[/]" if report.is_held else "[red]the bar is broken[/]"
    console.print(f"p95 {report.processor.p95:.2f} ms of processor (bar: {report.bar:g}). {held}")
    machine = report.machine
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory']}, Python {machine['python']}, "
        f"{report.measured_at:%Y-%m-%d %H:%M} UTC"
    )
