"""Keep a run that was just played, and let the oldest go."""

from __future__ import annotations

from rich.console import Console

from evals.errors import EvalError
from evals.settings import settings_in_force
from evals.store.judgements import Judgements
from evals.store.place import store_folder
from evals.store.runs import RunStore
from evals.types import Run


def keep_run(run: Run, talk: Console) -> None:
    """Store a run beside the database; one that cannot be kept is said, and its figures are still shown."""
    folder = store_folder(settings_in_force())
    store = RunStore(folder)
    try:
        store.add(run)
        store.prune(held={judgement.run_id for judgement in Judgements(folder).all()})
    except EvalError as error:
        talk.print(f"[yellow]not kept[/] {error}", highlight=False)
        return
    talk.print(f"[dim]kept: {run.run.run_id} (hcp evals runs, /evals)[/]")
