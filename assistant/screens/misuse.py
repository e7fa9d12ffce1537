"""Sees what this assistant is not for: orders to the machine, promotional copy, others' data, fraud, harm.

Rules find what can be named, clause by clause; a fitted model (`misuse_model.py`) sees orders and requests to do harm
in words no rule foresaw. Either is enough. Disguises are taken off first (`disguise.py`).
"""

from __future__ import annotations

from assistant.screens.clauses import split_clauses
from assistant.screens.disguise import deciphered, encoded_runs, is_spelt_out, undisguised
from assistant.screens.message import Reader, ScreenInput, mean_said, said
from assistant.screens.misuse_model import misuse_model
from assistant.screens.patterns import read_patterns
from assistant.types import Finding, FindingKind

_CODE = "```"
_SURE, _ENCODED_SURE = 0.9, 0.8


class MisuseScreen:
    """Each group of `patterns/misuse.yaml` is a kind, given as the finding's detail; the model's are two of them.

    Without a `reader` the rules look alone.
    """

    name = "misuse"

    def __init__(self, reader: Reader | None = None) -> None:
        """Read the model, so that no HCP waits for it."""
        self._reader = reader
        self._model = misuse_model()

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """One finding per clause that is misuse, and one per hidden text; else one for the whole, by the model."""
        text = message.text
        found = _by_rule(message)
        found += [_finding(message, "encoded", start, end, _ENCODED_SURE) for start, end in encoded_runs(text)]
        if not found and (is_spelt_out(text) or any(_kind(hidden) for hidden in deciphered(text))):
            found.append(_finding(message, "encoded", 0, len(text), _ENCODED_SURE))
        if not found and self._reader is not None and text.strip():
            heard = message.heard
            kind, probability = self._model.kind(said(text), mean_said(heard, self._reader.read(heard)))
            if kind:
                found.append(_finding(message, kind, 0, len(text), probability, by="model"))
        return tuple(found)


def _by_rule(message: ScreenInput) -> list[Finding]:
    plain = undisguised(message.text)
    # Offsets do not hold, or code hangs on what is said of it: the whole message stands for its clauses.
    if len(plain) != len(message.text) or _CODE in plain:
        kind = _kind(plain)
        return [_finding(message, kind, 0, len(message.text), _SURE)] if kind else []
    clauses = [(clause, _kind(clause.text)) for clause in split_clauses(plain)]
    found = [_finding(message, kind, clause.start, clause.end, _SURE) for clause, kind in clauses if kind]
    is_one = len(clauses) == 1 and clauses[0][0].text == plain
    whole = "" if found or is_one else _kind(plain)  # "SYSTEM: …" is only seen where it is not cut
    return [_finding(message, whole, 0, len(plain), _SURE)] if whole else found


def _kind(text: str) -> str:
    for kind, pattern in read_patterns("misuse").items():
        if pattern.search(text):
            return kind
    return ""


def _finding(message: ScreenInput, kind: str, start: int, end: int, confidence: float, by: str = "") -> Finding:
    rule = f"misuse.{by}.{kind}" if by else f"misuse.{kind}"
    return Finding(
        kind=FindingKind.MISUSE,
        detail=kind,
        start=start,
        end=end,
        found_by=f"{message.scope.market.value.lower()}.{rule}@1",
        confidence=confidence,
    )
