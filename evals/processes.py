"""Cases played in several processes, each on a copy of its own of the same build: Python runs one thread at a time.

Scores are those of one process: every conversation is new, and what a case finds depends on the build alone. A process
that dies takes nothing with it: its case is played here.
"""

from __future__ import annotations

import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path

from assistant.bootstrap import Services
from evals.library import open_again
from evals.run import OnCase, Player, run_cases
from evals.types import CaseResult, EvalCase
from knowledge.types import ProductNames

WORTH_IT_FROM = 150  # cases; a process needs some five seconds to open its copy, in which 150 cases are played
log = logging.getLogger(__name__)
_player: Player | None = None  # of this process, where it is a helper


def run_with_helpers(
    services: Services,
    cases: Sequence[EvalCase],
    labels: Mapping[str, ProductNames],
    workers: int,
    on_case: OnCase,
    build: tuple[str, Path],
) -> tuple[CaseResult, ...]:
    """Like `run_cases`, in `workers` processes (this one is the first), at most one a core; few cases: in threads.

    `build` is the key of the library's build and the folder of builds.
    """
    helpers = min(workers, os.cpu_count() or 1) - 1
    if helpers < 1 or len(cases) < WORTH_IT_FROM:
        return run_cases(services, cases, labels, workers, on_case)
    waiting, done = deque(enumerate(cases)), dict[int, CaseResult]()

    def lane(play: Callable[[EvalCase], CaseResult]) -> None:
        while waiting:
            try:
                place, case = waiting.popleft()
            except IndexError:  # another lane took the last one
                return
            try:
                done[place] = play(case)
            except BrokenProcessPool:
                waiting.appendleft((place, case))
                log.warning("a process that played cases has died; its case is played again, here")
                return
            on_case(done[place])

    here = Player(services, labels).play
    processes = ProcessPoolExecutor(helpers, get_context("spawn"), initializer=_open, initargs=build)
    with processes, ThreadPoolExecutor(helpers + 1, thread_name_prefix="evals") as threads:
        lanes = [here, *[lambda case: processes.submit(_play, case).result()] * helpers]
        try:
            for ended in [threads.submit(lane, play) for play in lanes]:
                ended.result()
            lane(here)  # what a process that died gave back when this one had finished
        finally:
            waiting.clear()  # of a run that is stopped, by an error or by hand: no lane begins another case
    return tuple(done[place] for place in range(len(cases)))


def _open(key: str, cache_dir: Path) -> None:
    """Begin a helper: its own copy of the build, removed when it ends."""
    global _player  # noqa: PLW0603 - how a process of a pool keeps what it opened
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that was called
    services, built = open_again(key, cache_dir)
    Finalize(services, services.close, exitpriority=1)
    _player = Player(services, built.labels)


def _play(case: EvalCase) -> CaseResult:
    if _player is None:
        raise RuntimeError("this process was not begun with a library")
    return _player.play(case)
