"""A run as JUnit XML, for build servers: a broken gate is a failure, a missed case is skipped with its reasons.

A release is stopped by its gates, not by a single case; so cases that miss are shown, and do not fail the build.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from evals.types import CaseResult, GateResult, Run


def write_junit(run: Run, path: Path) -> None:
    """Write the run to `path`; suites in their order, each with its cases and its gates."""
    root = Element("testsuites", name="hcp evals", time=f"{sum(case.seconds for case in run.cases):.3f}")
    cases = iter(run.cases)
    for suite in run.run.suites:
        held = [gate for gate in run.gates if gate.suite == suite.name]
        _suite(root, suite.name, list(islice(cases, suite.cases)), held)
    indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _suite(root: Element, name: str, cases: Sequence[CaseResult], gates: Sequence[GateResult]) -> None:
    missed = [case for case in cases if case.findings]
    element = SubElement(
        root,
        "testsuite",
        name=name,
        tests=str(len(cases) + len(gates)),
        failures=str(sum(not gate.passed for gate in gates)),
        skipped=str(len(missed)),
        errors="0",
        time=f"{sum(case.seconds for case in cases):.3f}",
    )
    for case in cases:
        told = SubElement(
            element, "testcase", classname=f"{name}.{case.category}", name=case.id, time=f"{case.seconds:.3f}"
        )
        if case.findings:
            SubElement(told, "skipped", message=_printable("missed: " + "; ".join(case.findings)))
    for gate in gates:
        told = SubElement(element, "testcase", classname=f"{name}.gates", name=f"{gate.metric} {gate.bound}", time="0")
        if not gate.passed:
            value = "not measured" if gate.value is None else f"{gate.value:.4g}"
            SubElement(told, "failure", message=f"{gate.metric} is {value}, should be {gate.bound}")


def _printable(words: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c for c in words if c >= " " or c in "\t\n")
