"""The rules of this house that no linter of ours knows: sizes, names, docstrings, and what must not be committed."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
PACKAGES = ("assistant", "knowledge", "evals")
MODULE_LINES = 400
FUNCTION_LINES = 60
LONGER_FUNCTIONS: frozenset[str] = frozenset()  # "path:name", each with its reason; there are none
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "manager", "data", "info", "misc"}

# Put together here, so that this file does not hold what it forbids.
MACHINE_PATHS = re.compile(r"(?<![\w.:])/(" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers")) + ")/")
REGISTRIES = tuple(
    "".join(parts)
    for parts in (
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("registry.", "npmjs"),
        ("index.", "crates.io"),
        ("proxy.", "golang.org"),
        ("--index", "-url"),
        ("--extra-index", "-url"),
        ("--find", "-links"),
        ("--trusted", "-host"),
    )
)

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files() -> tuple[Path, ...]:
    """Everything that is committed or about to be: tracked, or untracked and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(path for name in sorted(set(listed.split("\0"))) if name and (path := REPO / name).is_file())


def modules(*tops: str) -> list[Path]:
    return [path for path in files() if path.suffix == ".py" and path.relative_to(REPO).parts[0] in tops]


def named(path: Path) -> str:
    return path.relative_to(REPO).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def texts() -> Iterator[tuple[str, str]]:
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield named(path), content.decode("utf-8", errors="replace")


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, AnyFunction | ast.ClassDef]]:
    """The public functions, classes and methods defined in `body`, with their dotted names."""
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from public(node.body, f"{prefix}{node.name}.")


def test_there_is_something_to_hold_to_the_rules():
    assert {path.relative_to(REPO).parts[0] for path in modules(*PACKAGES)} == set(PACKAGES)
    assert len(modules(*PACKAGES)) > 10


def test_no_module_is_longer_than_a_reader_can_hold():
    long = {named(path): lines for path in modules(*PACKAGES, "tests") if (lines := line_count(path)) > MODULE_LINES}
    assert not long


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{named(path)}:{node.name} has {lines} lines"
        for path in modules(*PACKAGES, "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
        if f"{named(path)}:{node.name}" not in LONGER_FUNCTIONS
    ]
    assert not long


def test_no_module_or_folder_has_a_name_that_says_nothing():
    nameless = [
        named(path)
        for path in modules(*PACKAGES)
        if BANNED_NAMES & {path.stem, *path.relative_to(REPO).parent.parts}
        or any(word in BANNED_NAMES - {"data", "info", "core", "common"} for word in path.stem.split("_"))
    ]
    assert not nameless


def test_everything_public_says_what_it_does():
    silent = [
        f"{named(path)}:{name}"
        for path in modules(*PACKAGES)
        if "migrations" not in path.parts
        for name, node in public(tree(path).body)
        if not ast.get_docstring(node) and not is_overload(node)
    ]
    assert not silent


def is_overload(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(ast.unparse(decorator).endswith("overload") for decorator in decorators)


def test_every_module_says_what_it_is_for():
    silent = [named(path) for path in modules(*PACKAGES) if "versions" not in path.parts and not has_docstring(path)]
    assert not silent


def has_docstring(path: Path) -> bool:
    return bool(ast.get_docstring(tree(path)))


def test_nothing_is_left_for_later_in_a_comment():
    later = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
    left = [
        f"{named(path)}:{token.start[0]}"
        for path in modules(*PACKAGES, "tests")
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.COMMENT and later.search(token.string)
    ]
    assert not left


def test_no_file_holds_a_path_of_somebodys_machine():
    assert not [f"{name}: {found[0]}" for name, text in texts() if (found := MACHINE_PATHS.search(text))]


def test_no_file_holds_the_address_of_a_package_registry():
    assert not [f"{name}: {host}" for name, text in texts() for host in REGISTRIES if host in text]


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("see /" + "work/main/x", True),
        ("'/" + "home/someone/.ssh'", True),
        ("../shared/bench", False),
        ("https://example.org/" + "home/page", False),
        ("var/" + "work/here", False),
    ],
)
def test_a_machine_path_is_told_from_other_paths(text, caught):
    assert bool(MACHINE_PATHS.search(text)) is caught


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_a_version_and_hashes(lock):
    requirements = (REPO / lock).read_text().replace("\\\n", " ").splitlines()
    packages = [line for line in requirements if line.strip() and not line.lstrip().startswith("#")]
    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[A-Za-z0-9._-]+(\[[^\]]+\])?==\S+ ", package), package[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package[:80]


def test_every_make_target_says_what_it_does_and_is_phony():
    makefile = (REPO / "Makefile").read_text()
    targets = dict(re.findall(r"^([a-z][\w-]*):(?!=)(.*)$", makefile, re.MULTILINE))
    phony = set(" ".join(re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)).split())
    assert {"help", "setup", "demo", "serve", "lint", "test"} <= set(targets)
    assert not [name for name, rest in targets.items() if not re.search(r"## \S", rest)]
    assert phony == set(targets)


def test_the_licence_of_the_project_stands_in_the_root():
    assert "Apache License" in (REPO / "LICENSE").read_text()[:400]
