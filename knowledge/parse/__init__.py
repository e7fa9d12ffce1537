"""One parser a source format, from bytes to a ParsedDocument.

`parse` reads one file's bytes, `read_sources` finds files in folders and zips. `PARSER_VERSION`
changes whenever the same bytes would give another document; caches key on it.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any, Literal

from knowledge.errors import HostileDocument, UnreadableDocument
from knowledge.parse.builder import Built, build
from knowledge.parse.dates import eight_digit_date
from knowledge.parse.names import brand_in_elements, product_names
from knowledge.parse.openfda import read_openfda
from knowledge.parse.qa import read_qa, sections_of
from knowledge.parse.sources import MAX_FILE_BYTES, read_sources
from knowledge.parse.spl import SplDocument, parse_xml
from knowledge.types import DocumentKind, Market, ParsedDocument, ProductNames

__all__ = ["PARSER_VERSION", "parse", "read_sources"]

PARSER_VERSION = "3"
_MAX_TITLE = 160


def parse(data: bytes, name: str) -> ParsedDocument:
    """Parses one file.

    Args:
        data: the file's bytes: openFDA drug label JSON, HL7 SPL XML, or approved questions and answers (YAML).
        name: the file's name, for messages and the catalog.

    Returns:
        Canonical text with its sections, tables and units.

    Raises:
        UnreadableDocument: malformed, truncated, of another format, or without a text.
        HostileDocument: too large, or with a document type declaration.
    """
    shown = PurePath(name).name or name
    if len(data) > MAX_FILE_BYTES:
        raise HostileDocument(f"{shown}: {len(data):,} bytes, more than {MAX_FILE_BYTES:,}; check its origin")
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head == b"{":
        return _openfda(data, shown)
    if head == b"<" or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _spl(data, shown)
    if PurePath(shown).suffix.lower() in {".yaml", ".yml"}:
        return _qa(data, shown)
    raise UnreadableDocument(f"{shown}: neither openFDA JSON nor SPL XML; download the label in one of these formats")


def _openfda(data: bytes, name: str) -> ParsedDocument:
    record, drafts = read_openfda(data, name)
    document_id = _first(record.get("set_id")) or _first(_openfda_block(record).get("spl_set_id"))
    if not document_id:
        raise UnreadableDocument(f"{name}: an openFDA label without a set_id; download it again")
    names = _openfda_names(record)
    return _document(
        data,
        name,
        build(drafts),
        source_format="openfda",
        document_id=document_id.lower(),
        version=_first(record.get("version")) or "1",
        title=_title("", names),
        names=names,
        manufacturer=_first(_openfda_block(record).get("manufacturer_name")),
        effective_on=eight_digit_date(_first(record.get("effective_time"))),
        market=Market.US,
    )


def _spl(data: bytes, name: str) -> ParsedDocument:
    document = SplDocument(parse_xml(data, name), name)
    document_id = document.document_id()
    if not document_id:
        raise UnreadableDocument(f"{name}: an SPL document without setId or id; download it again")
    names = document.names()
    return _document(
        data,
        name,
        build(document.sections()),
        source_format="spl",
        document_id=document_id,
        version=document.version(),
        kind=document.kind(),
        title=_title(document.title(), names),
        names=names,
        manufacturer=document.manufacturer(),
        effective_on=document.effective_on(),
        market=document.market(),
        language=document.language(),
    )


def _qa(data: bytes, name: str) -> ParsedDocument:
    form = read_qa(data, name)
    product = form.product
    return _document(
        data,
        name,
        build(sections_of(form)),
        source_format="yaml",
        document_id=form.document_id,
        version=form.version,
        kind=DocumentKind.APPROVED_QA,
        title=form.title,
        names=product_names([product.brand], [product.generic], product.substances, product.routes),
        manufacturer=form.manufacturer,
        effective_on=form.effective_on,
        market=form.market,
        language=form.language,
    )


def _document(
    data: bytes, name: str, built: Built, *, source_format: Literal["openfda", "spl", "yaml"], **header: Any
) -> ParsedDocument:
    if not built.units:
        raise UnreadableDocument(f"{name}: holds no section text for professionals; is it a label?")
    if not header["names"].product:
        raise UnreadableDocument(f"{name}: names no product; add a brand or generic name to its product data")
    return ParsedDocument(
        source_sha256=hashlib.sha256(data).hexdigest(),
        source_name=name,
        source_format=source_format,
        text=built.text,
        sections=built.sections,
        tables=built.tables,
        units=built.units,
        **header,
    )


def _openfda_block(record: dict[str, Any]) -> dict[str, Any]:
    block = record.get("openfda")
    return block if isinstance(block, dict) else {}


def _first(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value).strip() if isinstance(value, str | int) else ""


def _all(value: Any) -> list[str]:
    return [item.strip() for item in value if isinstance(item, str) and item.strip()] if isinstance(value, list) else []


def _openfda_names(record: dict[str, Any]) -> ProductNames:
    block = _openfda_block(record)
    brands = _all(block.get("brand_name")) or [
        brand for brand in (brand_in_elements(_first(record.get("spl_product_data_elements"))),) if brand
    ]
    generics = _all(block.get("generic_name"))
    return product_names(brands, generics, _all(block.get("substance_name")), _all(block.get("route")))


def _title(printed: str, names: ProductNames) -> str:
    if printed and len(printed) <= _MAX_TITLE and not printed.lower().startswith("these highlights"):
        return printed
    generic = names.generic if names.generic != names.product.lower() else ""
    return f"{names.product} ({generic})" if generic else names.product
