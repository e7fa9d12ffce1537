"""The library's catalog, for those who keep the content."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.web.services import Given
from knowledge.types import DocumentSummary, Value

router = APIRouter(prefix="/v1/knowledge", tags=["knowledge"])


class Catalog(Value):
    """Every document version, and the index release now serving."""

    index_release: str
    documents: tuple[DocumentSummary, ...]


@router.get("", summary="List documents")
def catalog(services: Given) -> Catalog:
    """Every document version with its status, dates, approval and passages."""
    return Catalog(index_release=services.knowledge.release(), documents=tuple(services.knowledge.summaries()))
