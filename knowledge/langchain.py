"""The library as a LangChain retriever: for chains and agents that are there already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from knowledge.catalog import Library
from knowledge.errors import KnowledgeError
from knowledge.types import ApprovedDocument, Audience, Market, Partition, Query, ScoredPassage


def _now() -> datetime:
    return datetime.now(UTC)


class LibraryRetriever(BaseRetriever):
    """Passages of the documents effective now for one product, market and audience.

    A document's `page_content` is the passage as it stands in the approved text; its metadata say where:
    `document_id`, `version`, `section` (heading path), `start`, `end` (offsets into the canonical text, so that
    `text[start:end] == page_content`), `approval_id`, and `title` and `score`. What is not approved, withdrawn,
    expired or of another market never comes out, whatever the index holds. Raises KnowledgeError for a product that
    has no effective document there, IndexUnavailable when nothing can be searched.
    """

    library: Library
    product: str  # brand or generic name
    market: Market = Market.US
    audience: Audience = Audience.HCP
    limit: int = Field(default=8, ge=1, le=200)
    clock: Callable[[], datetime] = _now

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002  LangChain's signature
        at = self.clock()
        partition = self._partition(at)
        approved = {(a.document.document_id, a.document.version): a for a in self.library.effective(partition, at)}
        found = self.library.search(Query(text=query, partitions=(partition,), limit=self.limit, at=at))
        return [
            _document(scored, approved[key])
            for scored in found.passages
            if (key := (scored.passage.document_id, scored.passage.version)) in approved
        ]

    def _partition(self, at: datetime) -> Partition:
        names = self.library.products(self.market, self.audience, at)
        wanted = self.product.lower()
        product = next((n.product for n in names if wanted in {n.product.lower(), n.generic.lower()}), None)
        if product is None:
            there = ", ".join(n.product for n in names[:12]) or "none"
            raise KnowledgeError(
                f"{self.product!r} has no effective document for {self.market} {self.audience} (there: {there})."
            )
        return Partition(product=product, market=self.market, audience=self.audience)


def _document(scored: ScoredPassage, approved: ApprovedDocument) -> Document:
    passage = scored.passage
    return Document(
        id=passage.passage_id,
        page_content=passage.text,
        metadata={
            "document_id": passage.document_id,
            "version": passage.version,
            "section": " > ".join(passage.heading_path),
            "start": passage.start,
            "end": passage.end,
            "approval_id": approved.approval.approval_id,
            "title": approved.document.title,
            "score": scored.score,
        },
    )
