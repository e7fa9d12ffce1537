"""A run as people name it on the command line: a file written by `--json`, or the id of a stored one."""

from __future__ import annotations

from pathlib import Path

from evals.compare import load_run
from evals.errors import SuiteError
from evals.settings import settings_in_force
from evals.store.place import store_folder
from evals.store.runs import RunStore, UnknownRun
from evals.types import Run


def given_run(name: Path) -> Run:
    """The run of that file or id. Raises SuiteError naming what it is neither of, or what cannot be read of it."""
    if name.exists():
        return load_run(name)
    try:
        return RunStore(store_folder(settings_in_force())).run(str(name))
    except UnknownRun:
        raise SuiteError(
            f"{name}: cannot be read: neither a file written by --json nor a stored run; `hcp evals runs` lists those."
        ) from None
