"""`python -m evals.fit_scope`: fit the model of the scope screen; `--write` replaces its file.

Needs the shared folder beside the repository and the `evals` extra (scikit-learn); about two minutes, most of it
embedding. Fitted to the fitted parts of `evals/misuse_sets.py` (everyday requests against questions and sentences on
medicines) and to our own label questions and safety messages; what is kept of each is only reported on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from sklearn.linear_model import LogisticRegression

from assistant.screens.scope_model import DEFAULT, ScopeModel
from assistant.understanding.spelled import spelled_out
from evals.misuse_sets import public_sets
from evals.safety_messages import read_messages, read_texts
from knowledge.embed import MiniLMEmbedder
from knowledge.ports import Vectors

ELSEWHERE = ("clinc",)
MEDICINES = ("medinfo", "medquad", "pubmedqa", "ade corpus")
OURS = ("safety_written", "safety_more", "safety_varied")
STRENGTH = 10.0  # C of the logistic regression
OUR_WEIGHT = 3.0  # of a message in an HCP's own voice

Embed = Callable[[str], Vectors]


def fit(shared: Path, embed: Embed) -> dict[str, Vectors]:
    """The model in the form of `scope_line.npz`. `embed` gives one vector a text."""
    public = {s.name: s for s in public_sets(shared)}
    elsewhere = [t for name in ELSEWHERE for t in public[name].fitted]
    medicines = [t for name in MEDICINES for t in public[name].fitted]
    ours = [*read_texts("label_questions", "fitted"), *(m.text for name in OURS for m in read_messages(name))]
    x = np.asarray([embed(text) for text in (*elsewhere, *medicines, *ours)], dtype=np.float32)
    y = np.arange(len(x)) < len(elsewhere)
    is_ours = np.arange(len(x)) >= len(elsewhere) + len(medicines)
    weight = np.where(is_ours, OUR_WEIGHT, 1.0)
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    fitted = model.fit(x, y, sample_weight=weight)
    return {"weights": fitted.coef_[0].astype(np.float32), "bias": np.float32(fitted.intercept_[0])}


def shares(made: dict[str, Vectors], kept: dict[str, Sequence[str]], embed: Embed) -> dict[str, float]:
    """The share of each set that is taken for another subject where no product is in view."""
    model = ScopeModel(made["weights"], float(made["bias"]))
    return {
        name: sum(model.is_elsewhere(embed(text), scoped=False) for text in texts) / len(texts)
        for name, texts in kept.items()
    }


def kept_sets(shared: Path) -> dict[str, Sequence[str]]:
    """What the model is not fitted to, by name."""
    public = {s.name: s.kept for s in public_sets(shared) if s.name in (*ELSEWHERE, *MEDICINES, "fdarxbench")}
    blind = [m.text for m in read_messages("safety_blind")]
    return {**public, "label questions": read_texts("label_questions", "kept"), "safety messages": blind}


def main(
    shared: Annotated[Path, typer.Option(help="The shared folder.")] = Path("../shared"),
    write: Annotated[bool, typer.Option(help="Replace the model's file.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Fit, and say which share of each kept set is taken for another subject."""
    embedder = MiniLMEmbedder()

    def embed(text: str) -> Vectors:
        vector: Vectors = embedder.embed_query(spelled_out(text, None)).ravel()
        return vector

    made = fit(shared, embed)
    for name, share in shares(made, kept_sets(shared), embed).items():
        typer.echo(f"{name}: {share:.3f} taken for another subject", err=True)
    if write:
        np.savez_compressed(DEFAULT, **made)  # type: ignore[arg-type]  # its last parameter is a flag
        typer.echo(f"written: {DEFAULT}", err=True)


if __name__ == "__main__":
    typer.run(main)
