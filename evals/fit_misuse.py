"""`python -m evals.fit_misuse`: fit the model of the misuse screen; `--write` replaces its file.

Needs the shared folder beside the repository and the `evals` extra (scikit-learn). Takes about four minutes, most of
it embedding. What it is fitted to, and what is kept back, stands in `evals/misuse_sets.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import SVC

from assistant.screens.misuse_model import DEFAULT, HARM, INJECTION, seen_as
from assistant.understanding.spelled import spelled_out
from evals.misuse_sets import ATTACK, BENIGN, HARMFUL, MessageSet, public_sets, written_sets
from knowledge.embed import MiniLMEmbedder
from knowledge.ports import Vectors

# A head's threshold is where, in cross-validation on the fitted parts alone, this share of our own benign messages is
# flagged: they are twins of misuse in words, so hardly anything else is.
FALSE_ALARMS = {INJECTION: 0.0, HARM: 0.005}
FOLDS = 5
STRENGTH = {INJECTION: 3.0, HARM: 3.0}  # C of the kernel machine
GAMMA = {INJECTION: 1.0, HARM: 1.0}  # of its kernel; best of six pairs in cross-validation
WRITTEN_WEIGHT = 4.0
EDGE = {INJECTION: 0.04, HARM: 0.15}  # above the last of them


def features(texts: Sequence[str], embedder: MiniLMEmbedder) -> Vectors:
    """One row a text: vector, then cues."""
    rows = [seen_as(text, embedder.embed_query(spelled_out(text, None)).ravel()) for text in texts]
    return np.asarray(rows, dtype=np.float32)


def fit(sets: Sequence[MessageSet], embedder: MiniLMEmbedder) -> dict[str, Vectors]:
    """Both heads in the form of `misuse_near.npz`. The head for orders also learns that plain harm is none."""
    made = {s.name: features(s.fitted, embedder) for s in sets if s.fitted}
    used = [s for s in sets if s.name in made]
    harm = [(s, made[s.name][:, : embedder.dimensions], s.kind == HARMFUL) for s in used if s.kind != ATTACK]
    return {
        **_head(INJECTION, [(s, made[s.name], s.kind == ATTACK) for s in used]),
        **_head(HARM, harm),
    }


def _head(name: str, rows: Sequence[tuple[MessageSet, Vectors, bool]]) -> dict[str, Vectors]:
    x = np.concatenate([made for _, made, _ in rows])
    y = np.concatenate([np.full(len(made), is_hit) for _, made, is_hit in rows])
    weight = _each(rows, lambda s: WRITTEN_WEIGHT if s.name.startswith("written") else 1.0)
    twins = _each(rows, lambda s: s.kind == BENIGN and s.name.startswith("written"))
    model = SVC(C=STRENGTH[name], gamma=GAMMA[name])
    unseen = cross_val_predict(
        model, x, y, cv=StratifiedKFold(FOLDS, shuffle=True, random_state=1), method="decision_function",
        params={"sample_weight": weight},
    )  # fmt: skip
    fitted = model.fit(x, y, sample_weight=weight)
    return {
        f"{name}_messages": x[fitted.support_].astype(np.float16),
        f"{name}_weights": fitted.dual_coef_[0].astype(np.float32),
        f"{name}_gamma": np.float32(GAMMA[name]),
        f"{name}_bias": np.float32(fitted.intercept_[0]),
        f"{name}_threshold": np.float32(
            np.quantile(unseen[twins], 1 - FALSE_ALARMS[name], method="higher") + EDGE[name]
        ),
    }


def _each(rows: Sequence[tuple[MessageSet, Vectors, bool]], say: Callable[[MessageSet], Any]) -> Vectors:
    """What is to be said of each set, once for each of its messages."""
    told: Vectors = np.concatenate([np.full(len(made), say(s)) for s, made, _ in rows])
    return told


def main(
    shared: Annotated[Path, typer.Option(help="The shared folder.")] = Path("../shared"),
    write: Annotated[bool, typer.Option(help="Replace the model's file.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Fit both heads to the fitted parts and say how many messages that were."""
    sets = (*written_sets(), *public_sets(shared))
    for kind in (ATTACK, HARMFUL, BENIGN):
        typer.echo(f"{kind}: fitted to {sum(len(s.fitted) for s in sets if s.kind == kind)}", err=True)
    heads = fit(sets, MiniLMEmbedder())
    for name in (INJECTION, HARM):
        held, threshold = len(heads[f"{name}_weights"]), float(heads[f"{name}_threshold"])
        typer.echo(f"{name}: {held} messages held, threshold {threshold:.2f}", err=True)
    if write:
        np.savez_compressed(DEFAULT, **heads)  # type: ignore[arg-type]  # its last parameter is a flag
        typer.echo(f"written: {DEFAULT}", err=True)


if __name__ == "__main__":
    typer.run(main)
