"""The catalog in lines: each document version with where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, select

from knowledge.shelf import Snapshot, read_catalog
from knowledge.standing import Standing
from knowledge.store import index_entries, reading
from knowledge.types import DocumentKind, DocumentStatus, DocumentSummary, Market, ProductNames


def summarise(
    engine: Engine, snapshot: Snapshot, at: datetime, only: tuple[str, str] | None = None
) -> tuple[DocumentSummary, ...]:
    """One line a document version, market and audience (the newest approval there), oldest submission first."""
    counts = _passage_counts(engine, snapshot.generation)
    lines: list[DocumentSummary] = []
    for row in read_catalog(engine, only):
        standings = _newest(s for s in snapshot.by_document.get(row.document_id, ()) if s.version == row.version)
        if not standings:
            lines.append(_line(row, None, DocumentStatus.SUBMITTED, 0))
        for standing in standings:
            count = counts.get(
                (row.document_id, row.version, standing.partition.market, standing.partition.audience), 0
            )
            lines.append(_line(row, standing, snapshot.status(standing, at), count))
    return tuple(lines)


def merged_names(names: Iterable[ProductNames]) -> tuple[ProductNames, ...]:
    """Each product once, by name; where several documents name it, what they say together."""
    products: dict[str, ProductNames] = {}
    for found in names:
        known = products.get(found.product)
        products[found.product] = found if known is None else _together(known, found)
    return tuple(products[name] for name in sorted(products))


def _together(one: ProductNames, other: ProductNames) -> ProductNames:
    if one == other:
        return one
    return ProductNames(
        product=one.product,
        generic=one.generic or other.generic,
        substances=tuple(dict.fromkeys((*one.substances, *other.substances))),
        routes=tuple(dict.fromkeys((*one.routes, *other.routes))),
    )


def _newest(standings: Iterable[Standing]) -> list[Standing]:
    newest: dict[tuple[str, str], Standing] = {}
    for standing in sorted(standings, key=lambda s: s.approval.approved_at):
        newest[standing.approval.market, standing.approval.audience] = standing
    return list(newest.values())


def _passage_counts(engine: Engine, generation: int) -> dict[tuple[str, str, str, str], int]:
    query = select(index_entries).where(index_entries.c.generation == generation)
    with reading(engine) as connection:
        return {
            (row.document_id, row.version, row.market, row.audience): row.passages for row in connection.execute(query)
        }


def _line(row: Row[Any], standing: Standing | None, status: DocumentStatus, passages: int) -> DocumentSummary:
    approval = standing.approval if standing is not None else None
    named = Market(row.market) if row.market is not None else None
    return DocumentSummary(
        document_id=row.document_id,
        version=row.version,
        kind=DocumentKind(row.kind),
        title=row.title,
        names=ProductNames.model_validate_json(row.names),
        market=approval.market if approval is not None else named,
        audience=approval.audience if approval is not None else None,
        status=status,
        effective_on=row.effective_on,
        approval_id=approval.approval_id if approval is not None else None,
        mlr_id=approval.mlr_id if approval is not None else None,
        source_sha256=row.source_sha256,
        passages=passages,
    )
