"""An individual case safety report as XML, checked against our own schema (`e2b.xsd`), which documents the mapping."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from assistant.cases.e2b import E2b, Icsr, Masked
from assistant.errors import PermanentError
from knowledge.types import Value

SCHEMA = Path(__file__).parent / "e2b.xsd"
NAMESPACE = "urn:hcp-assistant:icsr:1"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def to_xml(report: Icsr) -> bytes:
    """The report as UTF-8 XML; the same report gives the same bytes. Raises PermanentError (not as the schema says)."""
    root = etree.Element(_name("icsr"), nsmap={None: NAMESPACE})
    _fill(root, report)
    problems = problems_of(etree.tostring(root))
    if problems:
        raise PermanentError(f"{report.identification.report_id} does not fit the schema: {problems[0]}.")
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def problems_of(xml: bytes) -> tuple[str, ...]:
    """What the schema has against a document; empty when it is valid."""
    try:
        tree = etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError as error:
        return (str(error),)
    schema = _schema()
    if schema.validate(tree):
        return ()
    return tuple(f"line {e.line}: {e.message}" for e in schema.error_log)


@cache
def _schema() -> Any:
    return etree.XMLSchema(etree.parse(SCHEMA, _PARSER))


def _fill(parent: Any, value: Value) -> None:
    """One element a field, named like it, with the number of its E2B(R3) data element; nothing for None."""
    for name, field in type(value).model_fields.items():
        element = next((m.element for m in field.metadata if isinstance(m, E2b)), "-")
        held = getattr(value, name)
        for one in held if isinstance(held, tuple) else (held,):
            if one is not None:
                _put(etree.SubElement(parent, _name(name), e2b=element), one)


def _put(made: Any, value: Any) -> None:
    if isinstance(value, Masked):
        made.set("nullFlavor", "MSK")
    elif isinstance(value, Value):
        _fill(made, value)
    else:
        made.text = _text(value)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y%m%d%H%M%S}+0000"  # HL7 TS, as E2B(R3) writes moments
    if isinstance(value, bool):
        return "true" if value else "false"
    return "".join(_sound(str(value)))


def _sound(text: str) -> Iterator[str]:
    """What XML 1.0 can hold; the rest becomes the replacement character."""
    for c in text:
        holds = c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
        yield c if holds else "\N{REPLACEMENT CHARACTER}"


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"
