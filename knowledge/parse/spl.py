"""Reads HL7 Structured Product Labeling (SPL, urn:hl7-org:v3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from lxml import etree

from knowledge.errors import HostileDocument, UnreadableDocument
from knowledge.parse.dates import eight_digit_date
from knowledge.parse.drafts import Grid, SectionDraft, Text
from knowledge.parse.fields import BY_CODE, LEFT_OUT_CODES, UNCLASSIFIED_CODE, UNCLASSIFIED_FIELD
from knowledge.parse.markup import inner_text, local_name
from knowledge.parse.names import product_names
from knowledge.parse.numbering import split_number
from knowledge.parse.spl_text import read_text
from knowledge.parse.tables import captioned
from knowledge.types import DocumentKind, Market, ProductNames

_KIND_SYSTEM = "urn:hcp-assistant:document-kind"
_KINDS = {
    "clinical-study-summary": DocumentKind.CLINICAL_STUDY_SUMMARY,
    "standard-response": DocumentKind.STANDARD_RESPONSE,
}
_MARKETS = {"US": Market.US, "USA": Market.US, "EU": Market.EU, "UK": Market.UK, "GB": Market.UK}
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MAX_DEPTH = 20


def parse_xml(data: bytes, name: str) -> Any:
    """Parses XML with everything switched off that reaches outside or expands.

    Raises:
        HostileDocument: a document type declaration is present (SPL needs none).
        UnreadableDocument: not well-formed, or too deep.
    """
    head = data.decode("utf-16", "ignore").encode() if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else data
    if _DECLARATION.search(head.replace(b"\x00", b"")):
        raise HostileDocument(f"{name}: declares a document type or entities; save the label without them")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise UnreadableDocument(f"{name}: not well-formed XML ({error}); download the label again") from error
    if root is None:
        raise UnreadableDocument(f"{name}: an empty XML document; download the label again")
    return root


class SplDocument:
    """One SPL document's header fields and sections."""

    def __init__(self, root: Any, name: str) -> None:
        if local_name(root) != "document":
            raise UnreadableDocument(f"{name}: XML, but not an SPL document (its root is {local_name(root)!r})")
        self.root = root
        self.name = name

    def sections(self) -> list[SectionDraft]:
        """The sections for professionals, in document order."""
        drafts = []
        for body in _all(self.root, "component", "structuredbody", "component", "section"):
            drafts.extend(_section(body, UNCLASSIFIED_FIELD, 0))
        return [draft for draft in drafts if draft.content]

    def document_id(self) -> str:
        """The set id, else the document's own id."""
        for path in (("setid",), ("id",)):
            for element in _all(self.root, *path):
                found = element.get("root") or element.get("extension") or ""
                if found:
                    return str(found).lower()
        return ""

    def version(self) -> str:
        """The version number, "1" where none is given."""
        found = next(_all(self.root, "versionnumber"), None)
        return (found.get("value") or "1") if found is not None else "1"

    def effective_on(self) -> date | None:
        """The day this version takes effect."""
        found = next(_all(self.root, "effectivetime"), None)
        if found is None:
            return None
        low = next(_all(found, "low"), None)
        return eight_digit_date(found.get("value") or (low.get("value") if low is not None else "") or "")

    def kind(self) -> DocumentKind:
        """Prescribing information unless the document's own code says otherwise."""
        for code in _all(self.root, "code"):
            if code.get("codeSystem") == _KIND_SYSTEM:
                return _KINDS.get(code.get("code") or "", DocumentKind.PRESCRIBING_INFORMATION)
        return DocumentKind.PRESCRIBING_INFORMATION

    def market(self) -> Market:
        """The realm, the US where none is named."""
        found = next(_all(self.root, "realmcode"), None)
        if found is None:
            return Market.US
        code = (found.get("code") or "").upper()
        if code not in _MARKETS:
            raise UnreadableDocument(f"{self.name}: realmCode {code!r} is no market we know; use US, EU or UK")
        return _MARKETS[code]

    def language(self) -> str:
        """The two-letter language code."""
        found = next(_all(self.root, "languagecode"), None)
        return (found.get("code") or "en")[:2].lower() if found is not None else "en"

    def title(self) -> str:
        """The title as printed."""
        found = next(_all(self.root, "title"), None)
        return inner_text(found, "") if found is not None else ""

    def manufacturer(self) -> str:
        """The author's organisation."""
        path = ("author", "assignedentity", "representedorganization", "name")
        return next((text for text in (inner_text(e, "") for e in _all(self.root, *path)) if text), "")

    def names(self) -> ProductNames:
        """Names out of the product data."""
        brands, generics, substances, routes = [], [], [], []
        for product in self.root.iter():
            kind = local_name(product)
            if kind in {"manufacturedproduct", "manufacturedmedicine"}:
                brands.extend(_texts(product, "name"))
                generics.extend(_texts(product, "asentityasgeneric", "genericmedicine", "name"))
                generics.extend(_texts(product, "asentitywithgeneric", "genericmedicine", "name"))
            elif kind == "ingredient" and (product.get("classCode") or "").startswith("ACT"):
                substances.extend(_texts(product, "ingredientsubstance", "name"))
            elif kind == "activeingredient":
                substances.extend(_texts(product, "activeingredientsubstance", "name"))
            elif kind == "routecode" and product.get("displayName"):
                routes.append(product.get("displayName"))
        return product_names(brands, generics, substances, routes)


def _all(element: Any, *path: str) -> Iterator[Any]:
    if not path:
        yield element
        return
    for child in element:
        if local_name(child) == path[0]:
            yield from _all(child, *path[1:])


def _texts(element: Any, *path: str) -> list[str]:
    return [text for text in (inner_text(found, "") for found in _all(element, *path)) if text]


def _section(element: Any, field: str, depth: int) -> list[SectionDraft]:
    """One section, or its subsections where it is a mere wrapper; nothing where it is left out."""
    code_element = next(_all(element, "code"), None)
    code = (code_element.get("code") or "") if code_element is not None else ""
    if code in LEFT_OUT_CODES or depth > _MAX_DEPTH:
        return []
    family = BY_CODE.get(code)
    own_field = family.field if family and code != UNCLASSIFIED_CODE else field
    title = next((inner_text(e, "") for e in _all(element, "title")), "")
    number, after = split_number(title)
    heading = title[after:].strip() if number else title
    draft = SectionDraft(own_field, code, number, heading)
    for text in _all(element, "text"):
        draft.content.extend(read_text(text))
    inner = [part for child in _all(element, "component", "section") for part in _section(child, own_field, depth + 1)]
    if not title and not any(isinstance(part, Text | Grid) for part in draft.content) and own_field == field:
        return inner
    draft.content = [*captioned(draft.content), *inner]
    if not draft.heading and family and family.code != UNCLASSIFIED_CODE:
        draft.heading, draft.is_printed = family.heading, False
    return [draft] if draft.content or title else []
