"""`python -m evals.bench_mutation`: faults planted in screens, policy, decide, verify; how many do the tests notice?

cosmic-ray plants them in a copy of the checkout's committed files, never in the checkout. The whole takes many hours,
so a sample with a fixed seed is run; the interval is Wilson's at 95 %. A mutant whose tests time out counts as killed.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Annotated

import typer

from evals.machine import describe_machine

BAR = 0.8
_Z = 1.96  # of 95 %
# What is mutated, and the tests that should notice.
TARGETS: dict[str, tuple[str, ...]] = {
    "assistant/turn/decide.py": ("tests/assistant/test_decide.py", "tests/assistant/test_precedence.py"),
    "assistant/turn/verify.py": ("tests/assistant/test_verify.py",),
    "assistant/policy.py": ("tests/assistant/test_policy.py",),
    "assistant/screens": ("tests/assistant/screens", "tests/assistant/test_screen.py"),
}


def wilson(killed: int, run: int) -> tuple[float, float]:
    """The interval (0..1) in which the true share lies with 95 % confidence. Raises ValueError when none was run."""
    if run < 1:
        raise ValueError("no mutant was run")
    share, spread = killed / run, _Z * _Z / run
    middle = share + spread / 2
    reach = _Z * sqrt(share * (1 - share) / run + spread / (4 * run))
    return (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)


def sample(session: Path, size: int, seed: int) -> int:
    """Leave `size` mutants in a session, drawn with the seed; returns how many there were."""
    with closing(sqlite3.connect(session)) as held:
        for table in ("work_items", "mutation_specs"):  # `X | None` is never evaluated: such mutants cannot be noticed
            held.execute(f"delete from {table} where job_id in ({_UNIONS})")  # noqa: S608 - our own words
        jobs = sorted(row[0] for row in held.execute("select job_id from work_items"))
        places = {job: row for job, *row in held.execute(_PLACES)}
        jobs.sort(key=lambda job: tuple(map(str, places[job])))  # ids differ from run to run, places do not
        kept = set(random.Random(seed).sample(jobs, min(size, len(jobs))))  # noqa: S311 - a sample, not a secret
        for table in ("mutation_specs", "work_items"):
            held.executemany(f"delete from {table} where job_id = ?", [(j,) for j in jobs if j not in kept])  # noqa: S608
        held.commit()
        return len(jobs)


_UNIONS = "select job_id from mutation_specs where operator_name like '%BinaryOperator_BitOr%'"
_PLACES = "select job_id, module_path, operator_name, occurrence, start_pos_row, start_pos_col from mutation_specs"


def outcomes(session: Path) -> list[tuple[str, str]]:
    """Where each mutant that was run stood, and what became of it."""
    chosen = (
        "select m.module_path || ':' || m.start_pos_row || ' ' || m.operator_name, "
        "coalesce(r.test_outcome, r.worker_outcome) "
        "from mutation_specs m join work_results r on r.job_id = m.job_id"
    )
    with closing(sqlite3.connect(session)) as held:
        return [(str(place), str(outcome)) for place, outcome in held.execute(chosen)]


def main(
    target: Annotated[list[str] | None, typer.Option(help=f"{', '.join(TARGETS)}; all by default.")] = None,
    size: Annotated[int, typer.Option("--sample", min=1, help="Mutants of each target.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the sample.")] = 20261122,
) -> None:
    """Plant faults and count those the tests notice. Exit 1 below 80 %, 2 on a target that is none."""
    chosen = target or list(TARGETS)
    if unknown := sorted(set(chosen) - TARGETS.keys()):
        raise typer.BadParameter(f"{', '.join(unknown)} is no target", param_hint="--target")
    machine = describe_machine()
    typer.echo(f"{datetime.now(UTC):%Y-%m-%d}, {machine['processor']}, Python {machine['python']}, seed {seed}")
    killed = run = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "checkout"
        _call(["git", "clone", "--quiet", "--local", str(Path.cwd()), str(copy)], Path.cwd())
        for one in chosen:
            made, found = _mutate(copy, one, size, seed)
            gone = sum("SURVIVED" not in outcome.upper() for _, outcome in found)
            typer.echo(f"{one}: {gone} of {len(found)} killed, sampled from {made}")
            for place, outcome in found:
                if "SURVIVED" in outcome.upper():
                    typer.echo(f"  survived: {place}")
            killed, run = killed + gone, run + len(found)
    low, high = wilson(killed, run)
    typer.echo(f"all: {killed} of {run} killed ({killed / run:.0%}, 95 % interval {low:.0%} to {high:.0%})")
    if killed / run < BAR:
        raise typer.Exit(1)


def _mutate(copy: Path, target: str, size: int, seed: int) -> tuple[int, list[tuple[str, str]]]:
    config, session = copy.parent / "mutation.toml", copy.parent / f"{Path(target).stem}.sqlite"
    tests = " ".join(TARGETS[target])
    config.write_text(
        f'[cosmic-ray]\nmodule-path = "{target}"\ntimeout = 120.0\nexcluded-modules = []\n'
        f'test-command = "{sys.executable} -m pytest -x -q -p no:cacheprovider {tests}"\n'
        '[cosmic-ray.distributor]\nname = "local"\n'
    )
    tool = str(Path(sys.executable).parent / "cosmic-ray")
    _call([tool, "init", str(config), str(session)], copy)
    made = sample(session, size, seed)
    _call([tool, "exec", str(config), str(session)], copy)
    return made, outcomes(session)


def _call(command: Iterable[str], folder: Path) -> None:
    subprocess.run(list(command), cwd=folder, check=True)  # noqa: S603 - our own words, no shell


if __name__ == "__main__":
    typer.run(main)
