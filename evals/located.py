"""Cases on real labels without a word of them: each gold quote as its place in the label's file.

`python -m evals.located quotes SUITE --labels FOLDER --to FILE` puts the words in; `places` takes them out again.
A place is (field, start, end) in the field's text with white space collapsed, and the first 16 hex digits of the
SHA-256 of the words there: a label of another version is told, never misread.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import typer

from evals.errors import SuiteError

app = typer.Typer(help=__doc__, no_args_is_help=True)
_DIGITS = 16
_RUN = re.compile(r"[^\W_]+")


@lru_cache(maxsize=256)
def fields_of(label: Path) -> Mapping[str, str]:
    """The fields of an openFDA label file, white space collapsed. Raises SuiteError when there is no such file."""
    try:
        held = json.loads(label.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SuiteError(f"{label}: cannot be read as an openFDA label ({error}).") from None
    found = held["results"][0] if "results" in held else held
    return {
        name: " ".join(" ".join(texts).split())
        for name, texts in found.items()
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts)
    }


def place_of(quote: str, label: Path) -> dict[str, object]:
    """Where a quote first stands, letters and digits compared. Raises SuiteError when no field holds it."""
    told = re.compile(r"[\W_]*".join(re.escape(run) for run in _RUN.findall(quote)), re.IGNORECASE)
    for field, text in fields_of(label).items():
        found = told.search(text)
        if found is not None:
            return {"field": field, "start": found.start(), "end": found.end(), "sha256": _hash(found[0])}
    raise SuiteError(f"{label}: no field holds the quote {quote[:60]!r}.")


def quote_at(place: Mapping[str, Any], label: Path) -> str:
    """The words at a place. Raises SuiteError when other words stand there now."""
    words = fields_of(label).get(place["field"], "")[place["start"] : place["end"]]
    if _hash(words) != place["sha256"]:
        where = f"{place['field']} {place['start']}-{place['end']}"
        raise SuiteError(f"{label}: other words stand at {where} than when the case was written; use that version.")
    return words


def without_words(case: Mapping[str, Any], labels: Path) -> dict[str, Any]:
    """A case with places for quotes."""
    expect = dict(case["expect"])
    quotes = expect.pop("quotes", [])
    places = [place_of(quote, labels / case["label"]) for quote in quotes] if case["label"] else []
    return {**case, "expect": {**expect, "places": places}}


def with_words(case: Mapping[str, Any], labels: Path) -> dict[str, Any]:
    """A case with quotes for places, in the form of the bench."""
    expect = dict(case["expect"])
    places = expect.pop("places", [])
    quotes = [quote_at(place, labels / case["label"]) for place in places] if case["label"] else []
    return {**case, "expect": {**expect, "quotes": quotes}}


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:_DIGITS]


def _cases(suite: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(suite.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise SuiteError(f"{suite}:{number}: not JSON ({error}).") from None


def _write(to: Path, cases: Iterable[Mapping[str, Any]]) -> None:
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text("\n".join(lines) + "\n", encoding="utf-8")
    typer.echo(f"{len(lines)} cases: {to}")


_Suite = Annotated[Path, typer.Argument(help="JSONL, one case a line.", exists=True, dir_okay=False)]
_Labels = Annotated[Path, typer.Option(help="Folder of openFDA label files.")]
_To = Annotated[Path, typer.Option(help="The file to write.")]


@app.command()
def quotes(suite: _Suite, to: _To, labels: _Labels = Path("../shared/data/labels/openfda")) -> None:
    """Put the words of the labels in: then `hcp evals run` and `calibrate` can use the file."""
    _write(to, [with_words(case, labels) for case in _cases(suite)])


@app.command()
def places(suite: _Suite, to: _To, labels: _Labels = Path("../shared/data/labels/openfda")) -> None:
    """Take the words of the labels out: then the file may be kept in a repository."""
    _write(to, [without_words(case, labels) for case in _cases(suite)])


def main() -> None:
    """Run, and tell an error in one line."""
    try:
        app(standalone_mode=True)
    except SuiteError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
