"""Load a suite: the bench's JSONL (one case a line), or our YAML (a front page and cases)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from evals.errors import SuiteError
from evals.types import EvalCase, Suite

MAX_BYTES = 64 * 1024 * 1024
_ALL_WRONG = ("too_short", ("cases",))  # what pydantic adds where no case is sound: each is named already
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's reads a thousand cases ten times as fast
_YAML_ONLY = ("name", "owner", "purpose", "market", "product", "gates", "cases")


def load_suite(path: Path) -> Suite:
    """Read one suite file.

    `.jsonl` holds one case a line; `.yaml`/`.yml` a mapping with the front page (name, owner, purpose,
    market, product, gates) and `cases`, where a case may say `ask: TEXT` for a single turn and takes
    market and product from the front page unless it names its own (`product: null` for none).

    Raises SuiteError naming file, line and field.
    """
    raw = _read(path)
    if path.suffix == ".jsonl":
        suite = _from_jsonl(path, raw)
    elif path.suffix in (".yaml", ".yml"):
        suite = _from_yaml(path, raw)
    else:
        raise SuiteError(f"{path}: a suite is a .jsonl or .yaml file, not '{path.suffix or path.name}'.")
    return suite


def with_gates(suite: Suite, gates: Path | None, *, is_release: bool) -> Suite:
    """The suite with the gates of a YAML file (figure: {at_least, at_most}) over its own.

    Raises SuiteError when the file is no such mapping, or when a release has nothing to be held against.
    """
    if gates is not None:
        try:
            page = yaml.safe_load(_decoded(gates, _read(gates)))
            held = {**suite.model_dump()["gates"], **(page or {})}
            suite = Suite.model_validate({**suite.model_dump(), "gates": held})
        except yaml.YAMLError as error:
            raise SuiteError(f"{gates}: not YAML ({error}).") from None
        except (ValidationError, TypeError) as error:
            why = _explain(error)[0] if isinstance(error, ValidationError) else "should be a mapping of figures"
            raise SuiteError(f"{gates}: {why}; write figure: {{at_least: x, at_most: y}}.") from None
    if is_release and not suite.gates:
        raise SuiteError(
            f"{suite.source}: has no gates, so --gate could stop nothing; add `gates:` or name --gates FILE."
        )
    return suite


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise SuiteError(f"{path}: is a folder; name the suites in it (.jsonl or .yaml).")
    if not path.is_file():
        raise SuiteError(f"{path}: no such file. Name a suite (.jsonl or .yaml).")
    if path.stat().st_size > MAX_BYTES:
        raise SuiteError(f"{path}: larger than {MAX_BYTES // 2**20} MiB; split the suite.")
    return path.read_bytes()


def _decoded(path: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SuiteError(f"{path}:{line}: not UTF-8 text; save the file as UTF-8.") from None


def _from_jsonl(path: Path, raw: bytes) -> Suite:
    cases: list[EvalCase] = []
    lines: list[int] = []
    for number, line in enumerate(_decoded(path, raw).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise SuiteError(f"{path}:{number}: not JSON ({error.msg} at column {error.colno}).") from None
        try:
            cases.append(EvalCase.model_validate(record))
        except ValidationError as error:
            raise SuiteError("\n".join(f"{path}:{number}: {m}" for m in _explain(error))) from None
        lines.append(number)
    if not cases:
        raise SuiteError(f"{path}: holds no case.")
    _refuse_twins(path, cases, lines)
    return Suite(name=path.stem, source=path.name, sha256=hashlib.sha256(raw).hexdigest(), cases=tuple(cases))


def _from_yaml(path: Path, raw: bytes) -> Suite:
    text = _decoded(path, raw)
    try:
        page = _parsed(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SuiteError(f"{path}:{line}: not YAML ({error.problem}).") from None
    except yaml.YAMLError as error:
        raise SuiteError(f"{path}: not YAML ({error}).") from None
    if not isinstance(page, dict) or not isinstance(page.get("cases"), list):
        raise SuiteError(f"{path}:1: a suite is a mapping with a list 'cases' (and {', '.join(_YAML_ONLY[:-1])}).")
    if not page["cases"]:
        raise SuiteError(f"{path}: holds no case.")
    record = {"name": path.stem, **page, "source": path.name, "sha256": hashlib.sha256(raw).hexdigest()}
    record["cases"] = [_filled(case, page) for case in page["cases"]]
    try:
        suite = Suite.model_validate(record)
    except ValidationError as error:
        tree = yaml.compose(text, Loader=LOADER)
        told = zip(error.errors(), _explain(error), strict=True)
        messages = [f"{path}:{_line_of(tree, e['loc'])}: {m}" for e, m in told if (e["type"], e["loc"]) != _ALL_WRONG]
        raise SuiteError("\n".join(messages)) from None
    if len({case.id for case in suite.cases}) < len(suite.cases):
        tree = yaml.compose(text, Loader=LOADER)
        _refuse_twins(path, suite.cases, [_line_of(tree, ("cases", i)) for i in range(len(suite.cases))])
    return suite


def _parsed(text: str) -> Any:
    """The YAML of a text; what is wrong with it is told by the slower parser, in clearer words and the right line."""
    try:
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader, either way
    except yaml.YAMLError:
        return yaml.safe_load(text)


def _filled(case: Any, page: dict[str, Any]) -> Any:
    """The case with the front page's market and product, and `ask` as its one turn."""
    if not isinstance(case, dict):
        return case
    inherited = {key: page[key] for key in ("market", "product") if page.get(key) is not None}
    filled = {**inherited, **case}
    if "ask" in filled and "turns" not in filled:
        filled["turns"] = [filled.pop("ask")]
    return filled


def _line_of(tree: yaml.Node | None, location: Sequence[int | str]) -> int:
    """The line of the deepest part of `location` that stands in the file."""
    node, line = tree, 1
    for step in location:
        found = next((child for key, child in _children(node) if key == step), None)
        if found is None:
            break
        node, line = found, found.start_mark.line + 1
    return line


def _children(node: yaml.Node | None) -> Iterator[tuple[int | str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from enumerate(node.value)


def _explain(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(step) for step in e['loc']) or 'the case'}: {e['msg']}"
        + (f" (got {str(e['input'])[:80]!r})" if e["type"] != "missing" else "")
        for e in error.errors()
    ]


def _refuse_twins(path: Path, cases: Sequence[EvalCase], lines: Sequence[int]) -> None:
    first: dict[str, int] = {}
    for case, line in zip(cases, lines, strict=True):
        if case.id in first:
            raise SuiteError(f"{path}:{line}: id: '{case.id}' is taken by line {first[case.id]}; ids are unique.")
        first[case.id] = line
