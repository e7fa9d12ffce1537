"""What the latency bench found, and how it is shown."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console
from rich.table import Table

from knowledge.types import Value

BAR_SECONDS = 0.025  # p95 of a whole turn, at BAR_SIZE and above
BAR_RATIO = 2.0  # of the floor's p95
BAR_SIZE = 100_000


class Timing(Value):
    """Milliseconds of one stage."""

    p50: float
    p95: float
    p99: float


class SizeReport(Value):
    """What was measured at one size."""

    passages: int
    real_passages: int
    large_partition: int  # passages of the largest partition
    questions: int
    answered: int
    whole: Timing
    first_of_a_product: Timing  # its label not yet in memory
    stages: dict[str, Timing]
    floor: Timing
    floor_stages: dict[str, Timing]
    record_bytes_p50: float
    ratio_p95: float
    is_held: bool | None  # the bar; None below its size


class LatencyReport(Value):
    """All sizes, and what they were measured on."""

    machine: dict[str, str]
    measured_at: datetime
    sizes: tuple[SizeReport, ...]


def print_report(console: Console, report: LatencyReport) -> None:
    """One table a size: the whole, its stages, and the floor."""
    for size in report.sizes:
        console.print(
            f"[bold]{size.passages:,} passages[/] ({size.real_passages:,} real, {size.large_partition:,} in one "
            f"partition), {size.questions} questions, {size.answered} answered"
        )
        table = Table()
        for name in ("milliseconds", "p50", "p95", "p99"):
            table.add_column(name, justify="left" if name == "milliseconds" else "right")
        table.add_row("answer, whole", *_figures(size.whole), style="bold")
        for name, timing in size.stages.items():
            table.add_row(f"  {name}", *_figures(timing))
        table.add_row("floor, whole", *_figures(size.floor), style="bold")
        for name, timing in size.floor_stages.items():
            table.add_row(f"  {name}", *_figures(timing))
        table.add_row("first question on a product", *_figures(size.first_of_a_product))
        console.print(table)
        held = {None: "", True: " [green]the bar is held[/]", False: " [red]the bar is broken[/]"}[size.is_held]
        console.print(
            f"answer p95 = {size.whole.p95:.1f} ms = {size.ratio_p95:.1f} x floor p95 "
            f"(bar: {BAR_SECONDS * 1000:.0f} ms and {BAR_RATIO:g} x at {BAR_SIZE:,}).{held} "
            f"One record: {size.record_bytes_p50 / 1024:.1f} KiB (p50)."
        )
    machine = report.machine
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory']}, Python {machine['python']}, "
        f"{report.measured_at:%Y-%m-%d %H:%M} UTC"
    )


def _figures(timing: Timing) -> tuple[str, str, str]:
    return f"{timing.p50:.2f}", f"{timing.p95:.2f}", f"{timing.p99:.2f}"
