"""`python -m evals.bench_mutation`: faults planted in screens, policy, decide, verify, grounding; how many are noticed?

cosmic-ray makes them; they are planted in a copy of the checkout's committed files, never in the checkout. One simple
sample with a fixed seed is drawn over all modules, so each is there in proportion to its mutants; the interval is
Wilson's at 95 %. Each mutant is tested in a process forked from this one, libraries loaded and none of our modules, by
the tests of its module first and then by those of its target; slow tests come last, and the first that fails ends it.
A mutant that spends 90 s of processor time counts as killed, and so does one that breaks at import; mutants that change
nothing anyone could see count as survivors.
"""

from __future__ import annotations

import compileall
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Annotated, Any

import typer

from evals.errors import SuiteError
from evals.machine import describe_machine
from evals.mutants import Mutant, changed, draw, mutants

BAR = 0.8
_Z = 1.96  # of 95 %
_CPU_SECONDS = 90
_QUICK = 0.03  # seconds up to which a test runs before the slower ones
_TELLS_NOTHING = (3, 5)  # exit codes of pytest: an error of its own or of a plugin, no test found
_OURS = ("assistant", "knowledge", "evals", "tests", "conftest")
_LIBRARIES = ("hypothesis.strategies", "numpy", "onnxruntime", "pydantic", "pytest", "rapidfuzz", "tokenizers", "yaml")
_SCREENS = "tests/assistant/screens"
# What is mutated, and the tests that should notice, in this order.
TARGETS: dict[str, tuple[str, ...]] = {
    "assistant/turn/decide.py": (
        "tests/assistant/test_decide.py",
        "tests/assistant/test_decide_in_detail.py",
        "tests/assistant/test_precedence.py",
    ),
    "assistant/turn/verify.py": ("tests/assistant/test_verify.py", "tests/assistant/grounding"),
    "assistant/grounding": ("tests/assistant/grounding", "tests/assistant/test_verify.py"),
    "assistant/policy.py": ("tests/assistant/test_policy.py",),
    "assistant/screens": (
        f"{_SCREENS}/test_findings.py",
        _SCREENS,
        "tests/assistant/test_screen.py",
        "tests/assistant/test_judge.py",
    ),
}


def wilson(killed: int, run: int) -> tuple[float, float]:
    """The interval (0..1) in which the true share lies with 95 % confidence. Raises ValueError when none was run."""
    if run < 1:
        raise ValueError("no mutant was run")
    share, spread = killed / run, _Z * _Z / run
    middle = share + spread / 2
    reach = _Z * sqrt(share * (1 - share) / run + spread / (4 * run))
    return (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)


def modules(root: Path, target: str) -> tuple[str, ...]:
    """The modules of a target, as paths from the root."""
    place = root / target
    found = [place] if place.is_file() else sorted(place.rglob("*.py"))
    return tuple(str(one.relative_to(root)) for one in found)


def noticing(root: Path, module: str) -> tuple[str, ...]:
    """The tests that should notice a fault in a module: those named after it before the others of its target."""
    target = next(t for t in TARGETS if module == t or module.startswith(f"{t}/"))
    own = f"{_SCREENS}/test_{Path(module).stem}.py"
    first = (own,) if target == "assistant/screens" and (root / own).exists() else ()
    return (*first, *(t for t in TARGETS[target] if (root / t).exists()))


class Quickest:
    """A pytest plugin: quick tests first, as timed before, and how long each took (seconds by test) afterwards.

    Tests of one speed stay in their order; all that was never timed is taken for quick.
    """

    def __init__(self, before: Mapping[str, float]) -> None:
        self._before = before
        self.took: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Called by pytest with the tests it found."""
        items.sort(key=lambda item: self._before.get(item.nodeid, 0) > _QUICK)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Called by pytest after set-up, call and tear-down of each test."""
        self.took[report.nodeid] = self.took.get(report.nodeid, 0) + report.duration


def passes(root: Path, tests: Sequence[str], took: Mapping[str, float] | None = None) -> bool:
    """Whether tests pass on the code in a folder, in a process of their own forked from this one.

    `took` is how long each test took; without it, this is the first run: bytecode and `times(root)` are left there.
    Raises SuiteError where pytest itself broke or found no test: that tells nothing.
    """
    child = os.fork()
    if child == 0:
        _test(root, tests, took)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code in _TELLS_NOTHING:
        raise SuiteError(f"{' '.join(tests)}: pytest ended with {code}, so nothing was tested. Run it there by hand.")
    return code == 0


def times(root: Path) -> dict[str, float]:
    """How long each test took in the first runs in this folder, in seconds, by its name."""
    path = _times(root)
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _times(root: Path) -> Path:
    return root.parent / f"{root.name}.times.json"


def survives(root: Path, mutant: Mutant, took: Mapping[str, float]) -> bool:
    """Whether the tests pass with the fault in the code; the module is as before afterwards."""
    path = root / mutant.module
    before = path.read_text(encoding="utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()  # it would be taken for the changed file's when written in the same second
    path.write_text(changed(root, mutant), encoding="utf-8")
    try:
        return passes(root, noticing(root, mutant.module), took)
    finally:
        path.write_text(before, encoding="utf-8")


def main(
    target: Annotated[list[str] | None, typer.Option(help=f"{', '.join(TARGETS)}; all by default.")] = None,
    size: Annotated[int, typer.Option("--sample", min=1, help="Mutants in all.")] = 150,
    seed: Annotated[int, typer.Option(help="Of the sample.")] = 20261122,
) -> None:
    """Plant faults and count those the tests notice. Exit 1 below 80 %, 2 on a target that is none."""
    chosen = target or list(TARGETS)
    if unknown := sorted(set(chosen) - TARGETS.keys()):
        raise typer.BadParameter(f"{', '.join(unknown)} is no target", param_hint="--target")
    machine = describe_machine()
    typer.echo(f"{datetime.now(UTC):%Y-%m-%d}, {machine['processor']}, Python {machine['python']}, seed {seed}")
    for library in _LIBRARIES:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "checkout"
        _call("git", "clone", "--quiet", "--local", str(Path.cwd()), str(root))
        compileall.compile_dir(root, quiet=2)
        warnings.simplefilter("ignore", SyntaxWarning)  # of mutants such as `x is 3`
        made = [m for one in chosen for module in modules(root, one) for m in mutants(root, module)]
        for tests in (TARGETS[one] for one in chosen):
            if not passes(root, tests):
                raise SuiteError(f"{' '.join(tests)}: fail before any fault is planted. Repair them first.")
        sampled, took = draw(root, made, size, seed), times(root)
        typer.echo(f"{len(sampled)} of {len(made)} mutants")
        survived = [m for m in sampled if _told(m, survives=survives(root, m, took))]
    _report(sampled, survived)


def _told(mutant: Mutant, *, survives: bool) -> bool:
    typer.echo(f"  {'survived' if survives else 'killed':<8} {mutant}")
    return survives


def _report(sampled: Sequence[Mutant], survived: Sequence[Mutant]) -> None:
    run, left = Counter(m.module for m in sampled), Counter(m.module for m in survived)
    for module, count in sorted(run.items()):
        typer.echo(f"{module}: {count - left[module]} of {count} killed")
    killed = len(sampled) - len(survived)
    low, high = wilson(killed, len(sampled))
    typer.echo(
        f"all: {killed} of {len(sampled)} killed ({killed / len(sampled):.1%}, interval {low:.1%} to {high:.1%})"
    )
    if killed / len(sampled) < BAR:
        raise typer.Exit(1)


def _test(root: Path, tests: Sequence[str], took: Mapping[str, float] | None) -> None:
    """Run tests in this process, which ends with their exit code; never returns."""
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.chdir(root)
        sys.dont_write_bytecode = took is not None
        sys.path[:] = [str(root), *(p for p in sys.path if p and not (Path(p) / "assistant" / "turn").is_dir())]
        for name in [n for n in sys.modules if n.partition(".")[0] in _OURS]:
            del sys.modules[name]
        importlib.invalidate_caches()
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        pytest = importlib.import_module("pytest")
        order = Quickest(took or {})
        code = int(pytest.main(["-x", "-q", "-p", "pytest_timeout", "-p", "no:cacheprovider", *tests], plugins=[order]))
        if took is None:
            _times(root).write_text(json.dumps(times(root) | order.took), encoding="utf-8")
    finally:
        os._exit(code)


def _call(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - our own words, no shell


if __name__ == "__main__":
    typer.run(main)
