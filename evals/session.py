"""One evaluation from start to end: library, selection, cases, figures, record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from json import dumps
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from assistant.bootstrap import Services
from assistant.pipeline import new_id
from evals.errors import SuiteError
from evals.library import BuiltLibrary, current_copy, open_throwaway
from evals.machine import PACKAGE, checkout, describe_machine, package_versions
from evals.processes import run_with_helpers
from evals.provenance import code_key, prompts_in_force, seeds
from evals.resume import Journal
from evals.run import OnCase, run_cases
from evals.scorers import Scorer, versions
from evals.settings import settings_in_force
from evals.summary import by_category, hold_gates, totals
from evals.types import CaseResult, EvalCase, GateResult, Run, RunRecord, Suite, SuiteReference


@dataclass(frozen=True)
class Selection:
    """Which cases of a suite are played; all of them by default."""

    limit: int | None = None
    categories: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()

    def of(self, suite: Suite) -> tuple[EvalCase, ...]:
        """The suite's selected cases, in their order."""
        chosen = [c for c in suite.cases if not self.categories or c.category in self.categories]
        chosen = [c for c in chosen if not self.cases or c.id in self.cases]
        return tuple(chosen[: self.limit])

    def named(self) -> str:
        """What was selected, as it is written on the command line."""
        return " ".join(f"--{name} {value}" for name, value in self.described().items())

    def described(self) -> dict[str, str]:
        """What was selected, for the record; empty when everything was."""
        limit = {"limit": str(self.limit)} if self.limit else {}
        categories = {"category": ",".join(self.categories)} if self.categories else {}
        return {**limit, **categories, **({"case": ",".join(self.cases)} if self.cases else {})}


Plant = Callable[[Services], AbstractContextManager[Services]]


@dataclass(frozen=True)
class Resume:
    """Where finished cases are kept, and whether those already there count."""

    path: Path
    wanted: bool

    def journal(self, ran: dict[str, str]) -> Journal:
        """The journal of this run. Raises EvalError when what is there is of another one."""
        return Journal(self.path, ran, resume=self.wanted)


@dataclass(frozen=True)
class Session:
    """An open library that suites are played on, as often as wanted; each conversation is new."""

    services: Services
    built: BuiltLibrary
    progress: Progress
    further: Sequence[Scorer] = ()  # beside our own: ragas, a judge
    builds: Path | None = None  # where the library's build is kept; None for a copy of the current library

    def play(
        self,
        suites: Sequence[Suite],
        selection: Selection,
        workers: int,
        resume: Resume | None = None,
        plant: Plant = nullcontext,
    ) -> Run:
        """Play the suites' selected cases and score them; with `resume`, those not yet finished.

        `plant` may change the services while the cases are played: so the gates themselves are tested.
        Raises SuiteError when nothing is selected, EvalError when what is to be resumed is another run.
        """
        services, built, chosen = self.services, self.built, chosen_cases(suites, selection)
        started_at = services.clock.now()
        results: list[CaseResult] = []
        gates: list[GateResult] = []
        journal = None if resume is None else resume.journal(self._decisive(suites, selection))
        for suite, cases in chosen:
            done = {} if journal is None else journal.of(suite.sha256)
            task = self.progress.add_task(suite.name, total=len(cases), completed=len(done))
            waiting = [case for case in cases if case.id not in done]
            told = partial(_advance, self.progress, task, journal, suite.sha256)
            done |= {result.id: result for result in self._played(waiting, workers, told, plant)}
            played = tuple(done[case.id] for case in cases)
            results += played
            gates += hold_gates(suite, played) if played else ()
        record = _record(services, built, chosen, started_at, selection)
        record = record.model_copy(update={"workers": workers, "scorers": versions(self.further)})
        if journal is not None:
            journal.close()
        figures, groups = by_category(results), totals(results)
        return Run(run=record, summary=figures, totals=groups, gates=tuple(gates), cases=tuple(results))

    def _played(self, cases: Sequence[EvalCase], workers: int, told: OnCase, plant: Plant) -> tuple[CaseResult, ...]:
        """In several processes where nothing ties the cases to this one: a fault planted here, a judge's account."""
        labels = self.built.labels
        if workers > 1 and plant is nullcontext and not self.further and self.builds is not None:
            return run_with_helpers(self.services, cases, labels, workers, told, (self.built.key, self.builds))
        with plant(self.services) as changed:
            return run_cases(changed, cases, labels, workers, told, self.further)

    def _decisive(self, suites: Sequence[Suite], selection: Selection) -> dict[str, str]:
        """Everything that decides a score, by name: what must be the same for a run to go on."""
        services = self.services
        return {
            "suites": " ".join(suite.sha256 for suite in suites),
            "library": self.built.key or services.knowledge.release(),
            "code": code_key(),
            "selection": dumps(selection.described(), sort_keys=True),
            "settings": dumps(services.settings.model_dump(mode="json", exclude={"storage"}), sort_keys=True),
            "scorers": dumps(versions(self.further), sort_keys=True),
        }


@contextmanager
def opened(folder: Path | None, cache_dir: Path, talk: Console, further: Sequence[Scorer] = ()) -> Iterator[Session]:
    """A throwaway library of a folder's labels, or a copy of the current one, and progress on `talk`.

    Raises LibraryError when the library cannot be built.
    """
    with shown_progress(talk) as progress:
        services, built = _library(folder, cache_dir, progress)
        with closing(services):
            yield Session(services, built, progress, further, None if folder is None else cache_dir)


def evaluate(
    suites: Sequence[Suite],
    folder: Path | None,
    cache_dir: Path,
    selection: Selection,
    workers: int,
    talk: Console,
    resume: Resume | None = None,
    plant: Plant = nullcontext,
) -> Run:
    """Open the library and play the suites' selected cases once (`Session.play`).

    Raises SuiteError when nothing is selected, LibraryError when the library cannot be built, EvalError when what is to
    be resumed was begun with another suite, library, code, selection or settings.
    """
    chosen_cases(suites, selection)  # before minutes are spent on a library
    with opened(folder, cache_dir, talk) as session:
        return session.play(suites, selection, workers, resume, plant)


def chosen_cases(suites: Sequence[Suite], selection: Selection) -> list[tuple[Suite, Sequence[EvalCase]]]:
    """Each suite with the cases to play. Raises SuiteError when there is none at all."""
    chosen: list[tuple[Suite, Sequence[EvalCase]]] = [(suite, selection.of(suite)) for suite in suites]
    if not any(cases for _, cases in chosen):
        known = ", ".join(sorted({case.category for suite in suites for case in suite.cases}))
        raise SuiteError(f"no case matches {selection.named()}; the categories are: {known}.")
    return chosen


def _advance(progress: Progress, task: TaskID, journal: Journal | None, suite: str, result: CaseResult) -> None:
    if journal is not None:
        journal.add(suite, result)
    progress.advance(task)


def _library(folder: Path | None, cache_dir: Path, progress: Progress) -> tuple[Services, BuiltLibrary]:
    if folder is None:
        services = current_copy(settings_in_force(), cache_dir)
        held = services.knowledge.summaries()
        passages = sum(summary.passages for summary in held)
        return services, BuiltLibrary(
            key="", folder="current", labels={}, failures=(), documents=len(held), passages=passages, seconds=0.0
        )
    tasks: dict[str, TaskID] = {}

    def told(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what)
        progress.update(tasks[what], completed=done, total=total)

    return open_throwaway(folder, cache_dir, told)


def _record(
    services: Services,
    built: BuiltLibrary,
    chosen: Sequence[tuple[Suite, Sequence[EvalCase]]],
    started_at: datetime,
    selection: Selection,
) -> RunRecord:
    commit, dirty = checkout()
    packages = package_versions()
    markets = {case.market for _, cases in chosen for case in cases}
    return RunRecord(
        run_id=new_id("run"),
        started_at=started_at,
        finished_at=services.clock.now(),
        software=packages[PACKAGE],
        commit=commit,
        dirty=dirty,
        packages=packages,
        settings=services.settings.model_dump(mode="json", exclude={"storage"}),
        library=built.folder,
        library_key=built.key,
        documents=built.documents,
        passages=built.passages,
        files_left_out=built.failures,
        release=services.knowledge.release(),
        policy=", ".join(services.policies[market].reference for market in sorted(markets)),
        models=services.assistant.models,
        machine=describe_machine(),
        suites=tuple(SuiteReference(name=s.name, source=s.source, sha256=s.sha256, cases=len(c)) for s, c in chosen),
        selection=selection.described(),
        code=code_key(),
        prompts=prompts_in_force(services),
        seeds=seeds(),
    )


def shown_progress(talk: Console) -> Progress:
    """A progress bar on the terminal; silent where there is none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=talk, transient=True, disable=not talk.is_terminal)
