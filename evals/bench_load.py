"""`python -m evals.bench_load`: answers a second of a real server, and what it does with five times as many.

The server runs as its own process over a throwaway library and is asked over loopback by this one, on the same
machine: what asking costs is in the figures. The floor (encode, both searches, one commit, done bare by as many
threads) is measured just after, so that a busy neighbour slows both.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.console import Console
from rich.table import Table

from evals.bench_latency import TEMPLATES, asked
from evals.cli import cache_folder
from evals.errors import EvalError
from evals.floor import open_floor
from evals.library import open_throwaway
from evals.load_client import LoadClient, Observed
from evals.machine import describe_machine
from evals.summary import percentile
from knowledge.types import Audience, Market, Partition, Value

DEMO = Path("knowledge/library")
BAR_ANSWERS = 60.0  # a second, sustained
BAR_P95 = 200.0  # milliseconds, sustained
BAR_P95_OVERLOAD = 500.0  # milliseconds, of those let in
OVERLOAD = 5.0
RECORD_BYTES = 8192  # what the floor commits; about what a turn keeps
READY_SECONDS = 60.0
WARM_SECONDS = 180.0
FORMS = 4  # in which each question is asked of each product


class Phase(Value):
    """One phase of asking. Milliseconds are of what was answered."""

    seconds: float
    asked: int
    answered: int
    answers_per_second: float
    p50: float
    p95: float
    p99: float
    shed: int
    shed_share: float
    shed_p95: float
    without_retry_after: int
    broken: int
    statuses: dict[int, int]  # 0: no answer at all
    load_average: float
    server_cpu_ms: float  # of the server process, for each message asked
    client_cpu_share: float  # of one core, by this process


class LoadReport(Value):
    """What was measured, and on what."""

    machine: dict[str, str]
    measured_at: datetime
    niceness: int  # of the asking process and the server
    documents: int
    passages: int
    products: int
    askers: int
    floor_per_second: float
    first_questions: Phase
    sustained: Phase
    overload: Phase
    share_of_floor: float
    is_held: bool


def measure(folder: Path, cache: Path, products: int, askers: int, seconds: float) -> LoadReport:
    """Serve the labels of a folder and ask. Raises LibraryError, EvalError when the server does not start."""
    services, built = open_throwaway(folder, cache)
    try:
        names = services.knowledge.products(Market.US, Audience.HCP, services.clock.now())[:products]
        directory = services.settings.storage.directory
        chance = random.Random(11)  # noqa: S311 - a bench that can be repeated, no secret
        forms = [template for template in TEMPLATES for _ in range(FORMS)]
        asks = [(n.product, asked(template, n.product, chance)) for n in names for template in forms]
        with _served(directory) as (base, process):
            phases = asyncio.run(_phases(base, asks, askers, seconds, process))
        # The floor reads the server's index, so it waits until the server has let go of it.
        partitions = [Partition(product=n.product, market=Market.US, audience=Audience.HCP) for n in names]
        floor = _floor(directory, partitions, min(seconds, 5.0))
    finally:
        services.close()
    first, sustained, overload = phases
    return LoadReport(
        machine=describe_machine(),
        measured_at=datetime.now(UTC),
        niceness=os.nice(0),
        documents=built.documents,
        passages=built.passages,
        products=len(names),
        askers=askers,
        floor_per_second=floor,
        first_questions=first,
        sustained=sustained,
        overload=overload,
        share_of_floor=sustained.answers_per_second / floor,
        is_held=_is_held(sustained, overload),
    )


def _is_held(sustained: Phase, overload: Phase) -> bool:
    fast = sustained.answers_per_second >= BAR_ANSWERS and sustained.p95 <= BAR_P95
    calm = overload.p95 <= BAR_P95_OVERLOAD and overload.answered > 0 and overload.without_retry_after == 0
    return fast and calm and sustained.broken == overload.broken == 0


async def _phases(
    base: str, asks: Sequence[tuple[str, str]], askers: int, seconds: float, process: int
) -> tuple[Phase, Phase, Phase]:
    client = LoadClient(base, asks)
    try:
        await client.ready(READY_SECONDS)
        with _Watch(process) as first_watch:
            first = await client.each_product_once()
        await client.warm(WARM_SECONDS)
        await client.steady(askers, min(2.0, seconds))  # caches and threads as in the middle of a day
        with _Watch(process) as steady_watch:
            sustained = await client.steady(askers, seconds)
        rate = OVERLOAD * len(sustained.answered) / sustained.seconds
        with _Watch(process) as overload_watch:
            overload = await client.at_rate(rate, seconds)
    except TimeoutError:
        raise EvalError(
            f"The server was not ready in {READY_SECONDS:.0f} s, or warm in {WARM_SECONDS:.0f} s."
        ) from None
    finally:
        await client.close()
    return first_watch.phase(first), steady_watch.phase(sustained), overload_watch.phase(overload)


class _Watch:
    """Processor time of the server and of this process while a phase runs."""

    def __init__(self, process: int) -> None:
        self._process = process

    def __enter__(self) -> Self:
        self._server, self._own, self._at = _cpu_of(self._process), _own_cpu(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self._server, self._own = _cpu_of(self._process) - self._server, _own_cpu() - self._own
        self._at = time.perf_counter() - self._at

    def phase(self, seen: Observed) -> Phase:
        """The phase's figures."""
        p50, p95, p99 = (1000 * (percentile(seen.answered, share) or 0.0) for share in (50, 95, 99))
        return Phase(
            seconds=seen.seconds,
            asked=seen.asked,
            answered=len(seen.answered),
            answers_per_second=len(seen.answered) / seen.seconds,
            p50=p50,
            p95=p95,
            p99=p99,
            shed=len(seen.shed),
            shed_share=len(seen.shed) / max(1, seen.asked),
            shed_p95=1000 * (percentile(seen.shed, 95) or 0.0),
            without_retry_after=seen.without_retry_after,
            broken=seen.broken,
            statuses=dict(sorted(seen.statuses.items())),
            load_average=os.getloadavg()[0],
            server_cpu_ms=1000 * self._server / max(1, seen.asked),
            client_cpu_share=self._own / self._at,
        )


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_of(process: int) -> float:
    """Processor seconds of another process; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served(directory: Path) -> Iterator[tuple[str, int]]:
    """`hcp serve` over a library, in a process of its own: its address and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HCP_")}
    environment["HCP_CONFIG"] = os.devnull
    environment["HCP_STORAGE__DIRECTORY"] = str(directory)
    for limit in ("MESSAGES_PER_MINUTE", "CLIENT_MESSAGES_PER_MINUTE"):  # everything is asked from one address
        environment[f"HCP_WEB__{limit}"] = "1000000"
    command = [
        sys.executable,
        "-c",
        "from assistant.cli import main; main()",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    try:
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()


def _floor(directory: Path, partitions: Sequence[Partition], seconds: float) -> float:
    """Bare answers a second: encode, both searches and one commit, by a thread for each core."""
    threads = os.cpu_count() or 1
    opening, ready = threading.Lock(), threading.Barrier(threads)
    record = os.urandom(RECORD_BYTES)
    done: list[float] = []

    def work(home: Path) -> None:
        with opening:
            floor = open_floor(directory, list(partitions), home)
        with closing(floor):
            ready.wait()
            started = time.perf_counter()
            for turn in itertools.count():
                if time.perf_counter() - started > seconds:
                    return
                partition = partitions[turn % len(partitions)]
                text = TEMPLATES[turn % len(TEMPLATES)].format(partition.product)
                done.append(sum(floor.measure(text, partition, record).values()))

    with tempfile.TemporaryDirectory(prefix="hcp-floor-") as where, ThreadPoolExecutor(threads) as pool:
        homes = [Path(where) / str(number) for number in range(threads)]
        for home in homes:
            home.mkdir()
        for finished in [pool.submit(work, home) for home in homes]:
            finished.result()
    return len(done) / seconds


def print_report(console: Console, report: LoadReport) -> None:
    """One column a phase."""
    table = Table()
    for name in ("", "first questions", "sustained", f"{OVERLOAD:g}x overload"):
        table.add_column(name, justify="right" if name else "left")
    phases = (report.first_questions, report.sustained, report.overload)
    rows: tuple[tuple[str, Callable[[Phase], str]], ...] = (
        ("asked", lambda p: f"{p.asked:,}"),
        ("answers a second", lambda p: f"{p.answers_per_second:.1f}"),
        ("p50 / p95 / p99, ms", lambda p: f"{p.p50:.0f} / {p.p95:.0f} / {p.p99:.0f}"),
        ("turned away", lambda p: f"{p.shed_share:.0%}"),
        ("turned away within (p95), ms", lambda p: f"{p.shed_p95:.0f}" if p.shed else "-"),
        ("neither answered nor turned away", lambda p: str(p.broken)),
        ("server's processor time a message, ms", lambda p: f"{p.server_cpu_ms:.1f}"),
        ("asking process, share of a core", lambda p: f"{p.client_cpu_share:.0%}"),
        ("load average of the machine", lambda p: f"{p.load_average:.1f}"),
    )
    for name, show in rows:
        table.add_row(name, *(show(phase) for phase in phases))
    console.print(
        f"{report.documents} documents, {report.passages:,} passages, questions on {report.products} products, "
        f"{report.askers} askers, niceness {report.niceness}"
    )
    console.print(table)
    held = "[green]the bar is held[/]" if report.is_held else "[red]the bar is broken[/]"
    console.print(
        f"{report.sustained.answers_per_second:.1f} answers/s = {report.share_of_floor:.2f} x floor "
        f"({report.floor_per_second:.1f}/s, bare, just after). Bar: {BAR_ANSWERS:g}/s, p95 {BAR_P95:g} ms; "
        f"overloaded, p95 of those let in {BAR_P95_OVERLOAD:g} ms: {held}"
    )
    machine = report.machine
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory']}, Python {machine['python']}, "
        f"{report.measured_at:%Y-%m-%d %H:%M} UTC"
    )


def main(
    labels: Annotated[Path, typer.Option(help="Folder of labels; the demo brand when not given.")] = DEMO,
    products: Annotated[int, typer.Option(min=1, help="Products asked about.")] = 20,
    askers: Annotated[int, typer.Option(min=1, max=200, help="Asking at once, sustained.")] = 6,
    seconds: Annotated[float, typer.Option(min=1, help="Length of each phase.")] = 10.0,
    json: Annotated[str, typer.Option(help="Write the figures to this file; - for stdout.")] = "",
    cache: Annotated[Path | None, typer.Option(help="Where built libraries are kept.")] = None,
) -> None:
    """Serve, ask, print, and exit 1 when a bar is broken."""
    try:
        report = measure(labels, cache_folder(cache), products, askers, seconds)
    except EvalError as error:
        Console(stderr=True).print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    text = report.model_dump_json(indent=1) + "\n"
    if json == "-":
        sys.stdout.write(text)
    else:
        print_report(Console(width=None if sys.stdout.isatty() else 120), report)
    if json not in {"", "-"}:
        Path(json).write_text(text, encoding="utf-8")
    if not report.is_held:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
