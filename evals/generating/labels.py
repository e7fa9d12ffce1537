"""The labels of a folder, parsed; and a label with a section taken out."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from evals.errors import LibraryError
from evals.generating.asking import Topic, tells
from evals.library import label_files
from knowledge.errors import KnowledgeError
from knowledge.parse import parse
from knowledge.types import DocumentKind, Market, ParsedDocument


@dataclass(frozen=True)
class Label:
    """One file of the folder."""

    path: Path
    raw: bytes
    document: ParsedDocument

    @property
    def product(self) -> str:
        """The brand."""
        return self.document.names.product

    @property
    def name(self) -> str:
        """Brand and market as part of a case id."""
        return f"{re.sub(r'[^a-z0-9]+', '-', self.product.lower()).strip('-')}-{self.market.value.lower()}"

    @property
    def market(self) -> Market:
        """Where the label says it is approved; US where it does not say."""
        return self.document.market or Market.US


def read_labels(folder: Path) -> tuple[Label, ...]:
    """The prescribing informations of a folder, one a product and market. Raises LibraryError when there is none."""
    found: dict[str, Label] = {}
    for path in label_files(folder):
        if path.suffix not in {".json", ".xml"}:
            continue
        raw = path.read_bytes()
        try:
            label = Label(path, raw, parse(raw, path.name))
        except KnowledgeError:
            continue  # `hcp evals run` names it; here the others are enough
        if label.document.kind is DocumentKind.PRESCRIBING_INFORMATION:
            found.setdefault(label.name, label)
    if not found:
        raise LibraryError(f"{folder}: holds no prescribing information that parses (openFDA JSON or SPL XML).")
    return tuple(found.values())


def without(label: Label, topic: Topic) -> bytes | None:
    """The label's file without the topic's sections; None where the rest still speaks of it."""
    cut = _cut_json(label, topic) if label.path.suffix == ".json" else _cut_spl(label, topic)
    try:
        left = parse(cut, label.path.name)
    except KnowledgeError:
        return None
    return None if tells(topic, left.text) else cut


def _cut_json(label: Label, topic: Topic) -> bytes:
    page = json.loads(label.raw)
    for result in page.get("results", []):
        for field in [key for key in result if any(key in {f, f"{f}_table"} for f in topic.fields)]:
            del result[field]
    return json.dumps(page, ensure_ascii=False).encode()


def _cut_spl(label: Label, topic: Topic) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    tree = copy.deepcopy(etree.fromstring(label.raw, parser))
    codes = {s.code for s in label.document.sections if s.field in topic.fields and s.code}
    for section in list(_sections(tree)):
        code = section.find("{*}code")
        parent = section.getparent()
        if code is not None and code.get("code") in codes and parent is not None:
            holder = parent if etree.QName(parent).localname == "component" else None
            target, child = (holder.getparent(), holder) if holder is not None else (parent, section)
            if target is not None:
                target.remove(child)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))


def _sections(tree: etree._Element) -> Iterator[etree._Element]:
    yield from tree.iter("{*}section")
