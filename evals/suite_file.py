"""Write a suite as YAML, in the form `load_suite` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from evals.errors import EvalError
from evals.suite import load_suite
from evals.types import EvalCase

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the same text, six times as fast


def refuse_to_overwrite(path: Path, *, overwrite: bool) -> None:
    """Keep what stands there unless told otherwise: a person may have corrected it. Raises EvalError."""
    if path.exists() and not overwrite:
        raise EvalError(f"{path}: is there already, and may have been corrected by hand; name another or --overwrite.")


def write_suite(path: Path, name: str, owner: str, purpose: str, remark: str, cases: Sequence[EvalCase]) -> None:
    """Write a suite file, and read it back to see that it holds. Raises EvalError when it cannot be written."""
    page = {"name": name, "owner": owner, "purpose": purpose, "cases": [_plain(case) for case in cases]}
    text = yaml.dump(page, Dumper=DUMPER, sort_keys=False, allow_unicode=True, width=110)
    remarks = "".join(f"# {line}\n" for line in remark.splitlines())
    partial = path.with_name(f".{path.name}.partial.yaml")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(remarks + text, encoding="utf-8")
        load_suite(partial)
        partial.replace(path)
    except OSError as error:
        raise EvalError(f"{path}: cannot be written ({error.strerror}).") from None
    finally:
        partial.unlink(missing_ok=True)


def _plain(case: EvalCase) -> dict[str, object]:
    """A case without what is empty; an explicit `product: null` stays, as it says that none is meant."""
    held = case.model_dump(mode="json", exclude_defaults=True)
    held = {"id": case.id, "category": case.category, "market": case.market.value, "product": case.product, **held}
    if len(case.turns) == 1:
        held["ask"] = held.pop("turns")[0]
    return held
