"""Faults that can be planted in a module: one small change of code each, made by cosmic-ray, drawn with a seed."""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

Place = tuple[int, int]  # row from 1, column from 0


@dataclass(frozen=True, order=True)
class Mutant:
    """One change: the `occurrence`th place in a module where an operator applies."""

    module: str  # path from the root of the checkout
    operator: str
    occurrence: int
    start: Place

    def __str__(self) -> str:
        """Where it stands and what is changed, for people."""
        return f"{self.module}:{self.start[0]}:{self.start[1]} {self.operator.partition('/')[2]}"


def mutants(root: Path, module: str) -> Iterator[Mutant]:
    """All mutants of a module, less those within annotations: nothing evaluates these, so no test could notice."""
    source = (root / module).read_text(encoding="utf-8")
    unread = tuple(_annotations(source))
    nodes = list(ast_nodes(get_ast_from_path(root / module)))
    for name in sorted(operator_names()):
        operator_class = get_operator(name)
        if operator_class.arguments():
            continue
        operator = operator_class()
        positions = (start for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, start in enumerate(positions):
            if not any(first <= start < last for first, last in unread):
                yield Mutant(module, name, occurrence, (start[0], start[1]))


def changed(root: Path, mutant: Mutant) -> str:
    """The module's code with the fault in it. Raises ValueError where there is nothing to change."""
    source = (root / mutant.module).read_text(encoding="utf-8")
    code: str | None = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    if code is None or code == source:
        raise ValueError(f"{mutant}: nothing to change there")
    return code


def draw(root: Path, made: Iterable[Mutant], size: int, seed: int) -> tuple[Mutant, ...]:
    """`size` of them, each as likely as any other, so each module is there in proportion to its mutants.

    In the order they were drawn: the first of them are a sample, too, should a run be cut short.
    A change that is no Python (cosmic-ray takes the star of keyword arguments for a product) is passed over.
    """
    order = sorted(made)
    random.Random(seed).shuffle(order)  # noqa: S311 - a sample
    return tuple(itertools.islice((m for m in order if _is_python(changed(root, m))), size))


def _is_python(code: str) -> bool:
    try:
        compile(code, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _annotations(source: str) -> Iterator[tuple[Place, Place]]:
    for node in ast.walk(ast.parse(source)):
        for noted in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(noted, ast.expr):
                last = (noted.end_lineno or noted.lineno, noted.end_col_offset or noted.col_offset)
                yield (noted.lineno, noted.col_offset), last
