"""Does a sentence tell an adverse reaction? A head fitted to public sentences alone, and its figures on the rest.

The safety screen does not use it: tried as a sign there it changed nothing. It is fitted anew whenever it is measured
(one to three minutes, most of it encoding) to the fitted part of each set (evals/safety_sets.py) and reported on the
rest, at the threshold that was best in cross-validation on the fitted part.

The figures published for ADE corpus v2 (logistic regression on TF-IDF 0.84, BioBERT 0.93, F1 of the ADE class) rest on
all 23,516 rows, in which a sentence stands once for each of its relations, parted at random: the same sentence is then
fitted to and reported on. `published_way` does the same with the sentences there are here; the other figures part by
article and have each sentence once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split

from assistant.screens.message import Reader
from assistant.screens.safety import WEIGHED, read_by_rules
from assistant.screens.signs import signs
from evals.ngrams import counted
from evals.safety_sets import ADE, PSYTAR, Sentence

Figures = dict[str, float]
Flags = npt.NDArray[np.bool_]
_SCALES = {"counted": 2.0, "signs": 1 / 3, "mean": 3.0, "highest": 3.0}  # chosen on the fitted parts
_WANTED_RECALL = 0.92  # issue 4
_TESTED = 0.15  # of the published split


def measure_events(sentences: Sequence[Sentence], shared: Path, reader: Reader) -> Figures:
    """Precision, recall and F1 on what was not fitted to, and F1 the way it is published."""
    figures: Figures = {}
    for source in (PSYTAR, ADE):
        these = [one for one in sentences if one.source == source]
        figures |= {f"{source}: {what}": value for what, value in _fitted_and_kept(these, reader).items()}
    return {**figures, f"{ADE}: F1, TF-IDF alone, split as published": published_way(shared)}


def published_way(shared: Path) -> float:
    """F1 of the ADE class by TF-IDF and logistic regression, rows repeated by relation, 15 % kept at random."""
    rows = [json.loads(line) for line in (shared / "data/guardrails/ade_corpus_v2.jsonl").open(encoding="utf-8")]
    texts = [row["text"] for row in rows for _ in range(max(1, len(row.get("relations") or ())))]
    tells = [row["label"] == "ADE" for row in rows for _ in range(max(1, len(row.get("relations") or ())))]
    seen, kept, y, kept_y = train_test_split(texts, tells, test_size=_TESTED, random_state=42, stratify=tells)
    weighed = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = LogisticRegression(C=10, solver="liblinear", class_weight="balanced").fit(weighed.fit_transform(seen), y)
    return float(f1_score(kept_y, model.predict(weighed.transform(kept))))


def _fitted_and_kept(these: Sequence[Sentence], reader: Reader) -> Figures:
    x = _features([one.text for one in these], reader)
    tells, is_fitted_to = np.array([s.tells for s in these]), np.array([s.is_fitted_to for s in these])
    model = LogisticRegression(solver="liblinear")
    folds = StratifiedKFold(4, shuffle=True, random_state=1)
    unseen = cross_val_predict(model, x[is_fitted_to], tells[is_fitted_to], cv=folds, method="predict_proba")[:, 1]
    threshold = max(np.linspace(0.05, 0.95, 91), key=lambda t: _judged(unseen >= t, tells[is_fitted_to])["F1"])
    chances = model.fit(x[is_fitted_to], tells[is_fitted_to]).predict_proba(x[~is_fitted_to])[:, 1]
    kept = tells[~is_fitted_to]
    at_recall = np.quantile(chances[kept], 1 - _WANTED_RECALL)
    return {
        "sentences reported on": float(len(kept)),
        **_judged(chances >= threshold, kept),
        f"precision at recall {_WANTED_RECALL}": _judged(chances >= at_recall, kept)["precision"],
    }


def _features(texts: Sequence[str], reader: Reader) -> sp.csr_matrix:
    rows = []
    for text in texts:
        vectors = reader.read(text).vectors
        seen = signs(read_by_rules(text, ()), WEIGHED) * _SCALES["signs"]
        rows.append(np.concatenate([seen, _unit(vectors.mean(axis=0)) * _SCALES["mean"],
                                    _unit(vectors.max(axis=0)) * _SCALES["highest"]]))  # fmt: skip
    return sp.hstack([counted(texts) * _SCALES["counted"], sp.csr_matrix(np.asarray(rows, dtype=np.float32))]).tocsr()


def _unit(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    made: npt.NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return made


def _judged(said: Flags, tells: Flags) -> Figures:
    hits = float((said & tells).sum())
    precision, recall = hits / max(1, said.sum()), hits / max(1, tells.sum())
    return {"precision": precision, "recall": recall, "F1": 2 * precision * recall / max(1e-9, precision + recall)}
