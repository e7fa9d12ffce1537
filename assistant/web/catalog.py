"""The library's catalog, for those who keep the content."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from assistant.config import Token
from assistant.types import Role
from assistant.web.security import require
from assistant.web.services import Given
from knowledge.types import DocumentSummary, Value

router = APIRouter(prefix="/v1/knowledge", tags=["knowledge"])
ROLES = (Role.CONTENT, Role.COMPLIANCE, Role.ADMIN)


class Catalog(Value):
    """Every document version, and the index release now serving."""

    index_release: str
    documents: tuple[DocumentSummary, ...]


@router.get("", summary="List documents")
def catalog(services: Given, _reader: Annotated[Token, Depends(require(*ROLES))]) -> Catalog:
    """Every document version with its status, dates, approval and passages."""
    return Catalog(index_release=services.knowledge.release(), documents=tuple(services.knowledge.summaries()))
