"""`python -m evals.fit_misuse`: fit the model of the misuse screen; `--write` replaces its file.

Needs the shared folder beside the repository and the `evals` extra (scikit-learn). Takes about four minutes, most of
it embedding. What it is fitted to, and what is kept back, stands in `evals/misuse_sets.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from assistant.screens.misuse_model import DEFAULT, HARM, INJECTION, cues
from assistant.understanding.spelled import spelled_out
from evals.misuse_sets import ATTACK, BENIGN, HARMFUL, MessageSet, public_sets, written_sets
from knowledge.embed import MiniLMEmbedder
from knowledge.ports import Vectors

# A head's threshold is where, in cross-validation on the fitted parts alone, so many benign messages are flagged.
# WildGuard's are left out there: they are jailbreaks in form, only what they ask for is harmless.
FALSE_ALARMS = {INJECTION: 0.003, HARM: 0.001}
IN_FORM_ONLY = "wildguard benign"
LOWEST = 0.5  # below, a finding would not be acted on
FOLDS = 5
STRENGTH = {INJECTION: 1.0, HARM: 3.0}  # C of the logistic regression
WRITTEN_WEIGHT = 2.0
MADE_BY = "python -m evals.fit_misuse --write"


def features(texts: Sequence[str], embedder: MiniLMEmbedder) -> Vectors:
    """One row a text: vector, then cues."""
    rows = [np.concatenate([embedder.embed_query(spelled_out(text, None)).ravel(), cues(text)]) for text in texts]
    return np.asarray(rows, dtype=np.float32)


def fit(sets: Sequence[MessageSet], embedder: MiniLMEmbedder) -> dict[str, dict[str, object]]:
    """Both heads in the form of `misuse_model.json`. The head for orders also learns that plain harm is none."""
    made = {s.name: features(s.fitted, embedder) for s in sets if s.fitted}
    used = [s for s in sets if s.name in made]
    return {
        INJECTION: _head(INJECTION, [(s, made[s.name], s.kind == ATTACK) for s in used]),
        HARM: _head(
            HARM, [(s, made[s.name][:, : embedder.dimensions], s.kind == HARMFUL) for s in used if s.kind != ATTACK]
        ),
    }


def _head(name: str, rows: Sequence[tuple[MessageSet, Vectors, bool]]) -> dict[str, object]:
    x = np.concatenate([made for _, made, _ in rows])
    y = np.concatenate([np.full(len(made), is_hit) for _, made, is_hit in rows])
    weight = _each(rows, lambda s: WRITTEN_WEIGHT if s.name.startswith("written") else 1.0)
    plain = _each(rows, lambda s: s.kind == BENIGN and s.name != IN_FORM_ONLY)
    model = LogisticRegression(C=STRENGTH[name], max_iter=3000)
    unseen = cross_val_predict(
        model, x, y, cv=StratifiedKFold(FOLDS, shuffle=True, random_state=1), method="predict_proba",
        params={"sample_weight": weight},
    )[:, 1]  # fmt: skip
    fitted = model.fit(x, y, sample_weight=weight)
    return {
        "bias": round(float(fitted.intercept_[0]), 4),
        "threshold": max(LOWEST, round(float(np.quantile(unseen[plain], 1 - FALSE_ALARMS[name])), 2)),
        "weights": [round(float(w), 4) for w in fitted.coef_[0]],
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
    content = json.dumps({"made_by": MADE_BY, "heads": heads}, indent=1)
    if write:
        DEFAULT.write_text(content + "\n", encoding="utf-8")
        typer.echo(f"written: {DEFAULT}", err=True)


if __name__ == "__main__":
    typer.run(main)
