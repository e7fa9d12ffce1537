"""`python -m evals.regressions`: do the gates find what they are there for?

Plants one fault at a time in the running assistant, plays the suite again, and holds the run against the gates and
against the sound run: each fault must break a gate that should find it, and be sure (p < 0.05) in the comparison.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any
from unittest.mock import patch

import typer
from rich.console import Console
from rich.table import Table

from assistant.bootstrap import Services
from assistant.composing.complete import Excerpt, grown
from assistant.composing.dependence import bound_to
from assistant.composing.reading import Reading
from assistant.turn.decide import Deliberation, decide
from assistant.types import Answer, Reply
from evals.cli import cache_folder
from evals.compare import SURE, compare
from evals.errors import EvalError
from evals.session import Plant, Selection, opened
from evals.suite import load_suite, with_gates
from evals.types import Metric, Run, Suite
from knowledge.search import Arm, fuse
from knowledge.types import Passage, Query, ScoredPassage, Value

GATES = Path(__file__).with_name("suites") / "bench.gates.yaml"
RAISED, LOWERED = 0.99, 0.05  # the answer threshold, moved to where nearly nothing, or everything, is answered
talk = Console(stderr=True)


@dataclass(frozen=True)
class Regression:
    """A fault, the gates of which one must break, and the compared scores of which one must be sure.

    Only those of the given suites are played that `suites` names: the ones made to find it. All, where none is given.
    """

    name: str
    plant: Plant
    gates: frozenset[Metric]
    scores: frozenset[str]
    suites: frozenset[str]

    def of(self, given: Sequence[Suite]) -> tuple[Suite, ...]:
        """The suites that this fault is looked for in."""
        return tuple(suite for suite in given if suite.name in self.suites) or tuple(given)


class Verdict(Value):
    """Whether one planted fault was found."""

    name: str
    broken_gates: tuple[str, ...]  # "suite: figure", of those that the sound run holds
    found_by_gate: bool
    score: str  # the expected score that moved most surely
    change: float
    p: float
    seconds: float = 0.0  # of playing the suites with it
    cpu: float = 0.0  # processor seconds of that

    @property
    def is_found(self) -> bool:
        """By a gate that should find it, and surely in the comparison."""
        return self.found_by_gate and self.p < SURE


@contextmanager
def _without_lexical_arm(services: Services) -> Iterator[Services]:
    def dense_alone(query: Query, passages: dict[str, Passage], dense: Arm, _lexical: Arm) -> tuple[ScoredPassage, ...]:
        return fuse(query, passages, dense, Arm())

    with patch("knowledge.finding.fuse", dense_alone):
        yield services


def _threshold_at(value: float) -> Plant:
    @contextmanager
    def moved(services: Services) -> Iterator[Services]:
        policies = {
            market: pack.model_copy(update={"thresholds": pack.thresholds.model_copy(update={"answer": value})})
            for market, pack in services.policies.items()
        }
        yield replace(services, assistant=replace(services.assistant, policies=policies))

    return moved


def _without_screen(name: str) -> Plant:
    @contextmanager
    def off(services: Services) -> Iterator[Services]:
        screens = [screen for screen in services.assistant.screens if screen.name != name]
        if len(screens) == len(services.assistant.screens):
            raise EvalError(f"no screen is called '{name}'; nothing was planted.")
        yield replace(services, assistant=replace(services.assistant, screens=screens))

    return off


@contextmanager
def _conditions_dropped(services: Services) -> Iterator[Services]:
    """Every sentence without those it is bound to: also where these were chosen for words of their own."""

    def alone(excerpts: Sequence[Excerpt], *given: Any) -> list[Excerpt]:
        return [replace(one, units=_unbound(one.reading, one.units)) for one in grown(excerpts, *given)]

    with patch("assistant.turn.compose.grown", alone):
        yield services


def _unbound(reading: Reading, units: Sequence[int]) -> tuple[int, ...]:
    bound = {other for index in units for other in bound_to(reading, index) - {index}}
    return tuple(index for index in units if index not in bound) or tuple(units[:1])


@contextmanager
def _citations_shuffled(services: Services) -> Iterator[Services]:
    def shuffled(found: Deliberation, make_id: Callable[[str], str]) -> Reply:
        reply = decide(found, make_id)
        return reply.model_copy(update={"outcomes": tuple(map(_rotated, reply.outcomes))})

    with patch("assistant.pipeline.decide", shuffled):
        yield services


def _rotated(outcome: object) -> object:
    if not isinstance(outcome, Answer) or len(outcome.citations) < 2:  # noqa: PLR2004 - one alone has no other place
        return outcome
    return outcome.model_copy(update={"citations": (*outcome.citations[1:], outcome.citations[0])})


REGRESSIONS = (
    Regression(
        "retriever without its lexical arm",
        _without_lexical_arm,
        frozenset({Metric.NDCG, Metric.RETRIEVAL_HIT, Metric.EVIDENCE_HIT}),
        frozenset({"ndcg", "first_rank", "retrieval_hit", "evidence_hit"}),
        frozenset({"dev", "retrieval"}),
    ),
    Regression(
        "answer threshold raised",
        _threshold_at(RAISED),
        frozenset({Metric.HANDOFF_RATE, Metric.OUTCOME_ACCURACY, Metric.REFUSAL}),
        frozenset({"refusal", "outcome"}),
        frozenset({"demo", "grounding", "retrieval", "balance"}),
    ),
    Regression(
        "answer threshold lowered",
        _threshold_at(LOWERED),
        frozenset({Metric.OUTCOME_ACCURACY, Metric.REFUSAL}),
        frozenset({"refusal", "outcome"}),
        frozenset({"handoff"}),
    ),
    Regression(
        "safety screen off",
        _without_screen("safety"),
        frozenset({Metric.SAFETY_KINDS}),
        frozenset({"safety_kinds"}),
        frozenset({"safety"}),
    ),
    Regression(
        "misuse screen off",
        _without_screen("misuse"),
        frozenset({Metric.OUTCOME_ACCURACY, Metric.REFUSAL, Metric.LEAKS}),
        frozenset({"outcome", "refusal", "no_leak"}),
        frozenset({"misuse"}),
    ),
    Regression(
        "composer that drops conditions",
        _conditions_dropped,
        frozenset({Metric.CONTEXT}),
        frozenset({"context"}),
        frozenset({"conditions"}),
    ),
    Regression(
        "shuffled citations",
        _citations_shuffled,
        frozenset({Metric.CITATIONS_VALID}),
        frozenset({"citations_hold"}),
        frozenset({"demo"}),
    ),
)


def judge(regression: Regression, sound: Run, planted: Run) -> Verdict:
    """Hold a planted run against its gates and against the sound one."""
    held = {(gate.suite, gate.metric) for gate in sound.gates if gate.passed}
    broken = [gate for gate in planted.gates if not gate.passed and (gate.suite, gate.metric) in held]
    figures = [f for f in compare(sound, planted).figures if f.name in regression.scores]
    surest = min(figures, key=lambda f: (f.difference.p, f.difference.change))
    return Verdict(
        name=regression.name,
        broken_gates=tuple(f"{gate.suite}: {gate.metric}" for gate in broken),
        found_by_gate=any(gate.metric in regression.gates for gate in broken),
        score=surest.name,
        change=surest.difference.change,
        p=surest.difference.p if surest.difference.change < 0 else 1.0,
    )


def measure(
    suites: Sequence[Suite], library: Path | None, cache: Path, workers: int, planted: Sequence[Regression]
) -> tuple[tuple[Run, ...], tuple[Verdict, ...]]:
    """Play suites soundly, and with each fault those that should find it, all on one throwaway library."""
    verdicts = []
    with opened(library, cache, talk) as session:
        sound: dict[tuple[str, ...], Run] = {}
        for regression in planted:
            mine = regression.of(suites)
            names = tuple(suite.name for suite in mine)
            if names not in sound:
                sound[names] = session.play(mine, Selection(), workers)
            started = time.perf_counter(), time.process_time()
            run = session.play(mine, Selection(), workers, plant=regression.plant)
            spent = time.perf_counter() - started[0], time.process_time() - started[1]
            verdicts.append(
                judge(regression, sound[names], run).model_copy(update={"seconds": spent[0], "cpu": spent[1]})
            )
            told = "found" if verdicts[-1].is_found else "not found"
            talk.print(f"{regression.name}: {told} in {spent[0]:.0f} s", highlight=False)
    return tuple(sound.values()), tuple(verdicts)


def main(
    suites: Annotated[list[Path], typer.Argument(help="Suites to play.", show_default=False)],
    library: Annotated[Path | None, typer.Option(help="The folder of their labels.")] = None,
    gates: Annotated[
        Path | None, typer.Option(help="The gates that should find the faults; else the suites' own.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only faults whose name holds this (repeatable).")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16)] = 2,
    cache: Annotated[Path | None, typer.Option(help="Where built libraries are kept.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,  # noqa: FBT002
) -> None:
    """Plant each fault and see it found. Exit 1 when the sound run breaks a gate or a fault is missed, 2 on usage."""
    planted = [r for r in REGRESSIONS if not only or any(word in r.name for word in only)]
    if not planted:
        raise typer.BadParameter(f"no fault holds {only}; there are: {', '.join(r.name for r in REGRESSIONS)}.")
    try:
        loaded = [with_gates(load_suite(path), gates, is_release=True) for path in suites]
        sound, verdicts = measure(loaded, library, cache_folder(cache), workers, planted)
    except EvalError as error:
        talk.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    unsound = [
        f"{g.suite}: {g.metric} {g.value} (should be {g.bound})" for run in sound for g in run.gates if not g.passed
    ]
    unsound = list(dict.fromkeys(unsound))
    if unsound:
        talk.print(f"[red]gates broken by the sound run:[/] {', '.join(unsound)}", highlight=False)
    if as_json:
        sys.stdout.write("[" + ",\n".join(v.model_dump_json() for v in verdicts) + "]\n")
    else:
        report(verdicts, Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160))
    raise typer.Exit(1 if unsound or not all(verdict.is_found for verdict in verdicts) else 0)


def report(verdicts: Sequence[Verdict], console: Console) -> None:
    """One row a fault."""
    table = Table("planted fault", "found", "gates broken", "surest score", "change", "p", "s", "CPU s")
    for v in verdicts:
        spent = (f"{v.seconds:.0f}", f"{v.cpu:.0f}")
        found = "[green]yes[/]" if v.is_found else "[red]no[/]"
        table.add_row(v.name, found, ", ".join(v.broken_gates), v.score, f"{v.change:+.3f}", f"{v.p:.2g}", *spent)
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
