"""The library: documents in, approvals, and passages out. The database is the truth, both indexes follow it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from knowledge import indexing, shelf, withdrawing
from knowledge.adding import add_sources
from knowledge.approve import approve, bind
from knowledge.dense import Chroma, ChromaServer, EmbeddedChroma
from knowledge.errors import NotApproved
from knowledge.finding import Finder
from knowledge.ports import Clock, Embedder, OnProgress, Vectors
from knowledge.questions import ApprovedQuestion, Questions
from knowledge.recent import Recent
from knowledge.reports import AddReport, CheckReport, IndexReport
from knowledge.serving import Serving
from knowledge.standing import Standing
from knowledge.store import connect
from knowledge.summarise import merged_names, summarise
from knowledge.types import (
    Approval,
    ApprovedDocument,
    Audience,
    DocumentKind,
    DocumentStatus,
    DocumentSummary,
    Market,
    ParsedDocument,
    Partition,
    Passage,
    ProductNames,
    Query,
    SearchResult,
)
from knowledge.wellformed import check_wellformed

DOCUMENTS_IN_MEMORY = 192
NAMES_IN_MEMORY = 8  # lists of products: markets and audiences asked about


def open_library(  # noqa: PLR0913  settings, each named by the caller
    url: str,
    directory: Path,
    *,
    embedder: Embedder,
    clock: Clock,
    chroma: Literal["embedded", "server"] = "embedded",
    chroma_host: str = "127.0.0.1",
    chroma_port: int = 8001,
    dense_candidates: int = 40,
    lexical_candidates: int = 40,
) -> Library:
    """Open the library in a database and, for its derived indexes, a folder. Its tables must be there.

    Indexes are opened when first needed, so that commands on the catalog alone run beside a server.
    """
    indexes = directory / "index"
    where: Chroma = EmbeddedChroma(indexes) if chroma == "embedded" else ChromaServer(chroma_host, chroma_port)
    engine = connect(url)
    return Library(
        engine=engine,
        serving=Serving(engine, where, indexes),
        directory=directory,
        embedder=embedder,
        clock=clock,
        candidates=(dense_candidates, lexical_candidates),
    )


class Library:
    """Approved documents: names, search and exact text. Implements `assistant.ports.Knowledge`; thread-safe."""

    def __init__(
        self,
        *,
        engine: Engine,
        serving: Serving,
        directory: Path,
        embedder: Embedder,
        clock: Clock,
        candidates: tuple[int, int],
    ) -> None:
        self._engine = engine
        self._serving = serving
        self._directory = directory
        self._embedder = embedder
        self._clock = clock
        self._snapshot = shelf.Snapshots(engine)
        self._names: Recent[tuple[int, int, Market, Audience], tuple[ProductNames, ...]] = Recent(NAMES_IN_MEMORY)
        self._documents: Recent[tuple[str, str], ParsedDocument] = Recent(DOCUMENTS_IN_MEMORY)
        self._questions = Questions(engine, embedder, self._bound)
        self._finder = Finder(engine, serving, embedder, self._snapshot, candidates, self._questions)
        self._writing = threading.RLock()  # one change of the indexes at a time in this process
        serving.before_serving = self._mend

    # What a turn asks

    def products(self, market: Market, audience: Audience, at: datetime) -> tuple[ProductNames, ...]:
        """The products that have an effective document there, each once, by name."""
        snapshot = self._snapshot()
        key = (snapshot.revision, snapshot.era(at), market, audience)
        names = self._names.get(key)
        if names is None:
            here = [p for p in snapshot.by_partition if p.market == market and p.audience == audience]
            names = merged_names(standing.names for p in here for standing in snapshot.effective(p, at))
            self._names.put(key, names)
        return names

    def search(self, query: Query) -> SearchResult:
        """Find passages of effective documents in the query's partitions.

        Raises IndexUnavailable when neither arm can answer; when the dense one alone is away, `degraded` is set.
        """
        return self._finder.find(query)

    def approved_questions(self, query: Query) -> tuple[ApprovedQuestion, ...]:
        """The questions of effective approved pairs that lie nearest to the query's text, best first.

        Nearness alone is no agreement: "dose in renal impairment" lies near "dose in hepatic impairment".
        """
        return self._finder.approved_questions(query)

    def document(self, document_id: str, version: str, *, withdrawn: bool = False) -> ApprovedDocument:
        """One document version with its newest approval. Raises UnknownDocument, NotApproved.

        A withdrawn version is given only when asked for (`withdrawn=True`), for the record and its inspection.
        """
        of_document = self._snapshot().by_document.get(document_id, ())
        found = [standing for standing in of_document if standing.version == version]
        if not found:
            shelf.read_document(self._engine, document_id, version)  # tells an unknown one from an unapproved one
            raise NotApproved(
                f"{document_id} version {version} is submitted but not approved. "
                f"Approve it: hcp knowledge approve {document_id}."
            )
        live = [standing for standing in found if standing.approval.withdrawn_at is None]
        if not live and not withdrawn:
            last = found[-1].approval
            raise NotApproved(
                f"{document_id} version {version} was withdrawn by {last.withdrawn_by}: {last.withdrawn_reason}."
            )
        newest = max(live or found, key=lambda standing: standing.approval.approved_at)
        return self._bound(newest)

    def effective(self, partition: Partition, at: datetime) -> tuple[ApprovedDocument, ...]:
        """The documents effective for a product, market and audience; prescribing information first."""
        order = tuple(DocumentKind)
        found = sorted(
            self._snapshot().effective(partition, at), key=lambda s: (order.index(s.kind), s.document_id, s.version)
        )
        return tuple(self._bound(standing) for standing in found)

    def is_effective(self, document_id: str, version: str, partition: Partition, at: datetime) -> bool:
        """Whether this version may be cited there at that moment; asked of the catalog, not of an index."""
        found = self._snapshot().effective(partition, at)
        return any((standing.document_id, standing.version) == (document_id, version) for standing in found)

    def release(self) -> str:
        """The name of the index release now serving."""
        return self._snapshot().release

    # How documents come and go

    def submit(self, document: ParsedDocument) -> DocumentSummary:
        """Put a parsed document into the library, not approved yet; the same bytes again change nothing.

        Raises UnreadableDocument when its spans do not fit its text, DocumentError when the version is there
        with other bytes.
        """
        return self._submit(document)[0]

    def add(self, paths: Sequence[Path], on_progress: Callable[[str], None] | None = None) -> AddReport:
        """Parse and submit every source under these paths; a file that fails is reported, the others go in.

        `on_progress` is told each source's name when it is done.
        """
        return add_sources(paths, self._submit, on_progress)

    def approve(
        self,
        document_id: str,
        version: str,
        approver: str,
        mlr_id: str,
        market: Market,
        audience: Audience,
        valid_from: datetime,
        valid_until: datetime | None = None,
    ) -> ApprovedDocument:
        """Approve a submitted version; `index_pending` then makes it findable. Raises UnknownDocument, NotApproved."""
        approved = approve(
            self._parsed(document_id, version),
            approver=approver,
            mlr_id=mlr_id,
            market=market,
            audience=audience,
            valid_from=valid_from,
            valid_until=valid_until,
            approved_at=self._clock.now(),
        )
        with self._engine.begin() as connection:
            shelf.add_approval(connection, document_id, version, approved.approval)
        return approved

    def approve_all(
        self,
        approver: str,
        mlr_id: str,
        market: Market | None,
        audience: Audience,
        valid_from: datetime,
        valid_until: datetime | None = None,
    ) -> tuple[ApprovedDocument, ...]:
        """Approve every version nobody has approved yet; without `market`, each for the one its source names.

        A version whose source names none is approved for the US. Raises NotApproved before the first is written
        when a value is missing.
        """
        waiting = [summary for summary in self.summaries() if summary.status is DocumentStatus.SUBMITTED]
        return tuple(
            self.approve(
                summary.document_id,
                summary.version,
                approver,
                mlr_id,
                market or summary.market or Market.US,
                audience,
                valid_from,
                valid_until,
            )
            for summary in waiting
        )

    def withdraw(
        self, document_id: str, version: str, by: str, reason: str, *, dry_run: bool = False
    ) -> tuple[Approval, ...]:
        """Withdraw every live approval of a version, at once and in every process; what it is or would be.

        Raises UnknownDocument, NotApproved (nothing to withdraw, or no name or reason).
        """
        of_document = self._snapshot().by_document.get(document_id, ())
        if not any(standing.version == version for standing in of_document):
            shelf.read_document(self._engine, document_id, version)
        return withdrawing.withdraw(
            self._engine, of_document, (document_id, version), by, reason, None if dry_run else self._clock.now()
        )

    def expiring(self, until: datetime) -> tuple[Standing, ...]:
        """The approvals in force that end before that moment, the next to end first."""
        snapshot, now = self._snapshot(), self._clock.now()
        ending = [
            (standing.approval.valid_until, standing)
            for standing in snapshot.standings
            if standing.approval.valid_until is not None
            and standing.approval.valid_until < until
            and snapshot.status(standing, now) is DocumentStatus.EFFECTIVE
        ]
        return tuple(standing for _, standing in sorted(ending, key=lambda pair: (pair[0], pair[1].document_id)))

    def index_model(self) -> str:
        """The embedder whose vectors the serving index holds; "" when nothing was ever indexed."""
        return self._snapshot().model

    def summaries(self) -> tuple[DocumentSummary, ...]:
        """Every document version, with each market and audience it is approved for; oldest submission first."""
        return summarise(self._engine, self._snapshot(), self._clock.now())

    # The indexes

    def index_pending(self, on_progress: OnProgress | None = None) -> IndexReport:
        """Bring the serving index in step with what is approved: add what is new, take out what is over.

        Safe to repeat after a kill. Raises IndexUnavailable when another process owns the index.
        """
        with self._writing:
            report = indexing.index_pending(self._indexing(), on_progress)
            self._questions.prepare(self._snapshot().standings)
            return report

    def rebuild(self, on_progress: OnProgress | None = None) -> IndexReport:
        """Build both indexes anew beside the serving ones, then switch. Vectors that are kept are not made again."""
        with self._writing:
            report = indexing.rebuild(self._indexing(), on_progress)
            self._finder.forget()
            self._questions.prepare(self._snapshot().standings)
            return report

    def check(self) -> CheckReport:
        """Query known vectors and texts of every partition; what is not found is named with its way out."""
        return indexing.check(self._indexing())

    def index_vectors(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Put passages with ready-made vectors into the serving index. For benches only.

        They are findable when their document version is approved in their partition. Their documents are not
        asked, and the next `rebuild` leaves them out. vectors: shape (len(passages), dimensions).
        """
        with self._writing:
            indexing.index_vectors(self._indexing(), passages, vectors)

    def read_ahead(self, partition: Partition, at: datetime) -> None:
        """Read what a question on this partition will need, so that nobody waits for it."""
        self._finder.read_ahead(partition, at)

    def warm(self) -> None:
        """Open the indexes now instead of at the first question, and mend what a kill has left."""
        with self._writing:
            indexing.recover(self._indexing())

    def close(self) -> None:
        """Let go of the indexes, their lock and the database."""
        self._serving.close()
        self._snapshot.close()
        self._engine.dispose()

    def _mend(self) -> None:
        """Mend what a kill has left, unless this process is just now indexing: then nothing is broken."""
        if not self._writing.acquire(blocking=False):
            return
        try:
            if indexing.is_unfinished(self._engine):
                indexing.recover(self._indexing())
        finally:
            self._writing.release()

    def _indexing(self) -> indexing.Indexing:
        return indexing.Indexing(
            engine=self._engine,
            serving=self._serving,
            embedder=self._embedder,
            clock=self._clock,
            snapshot=self._snapshot,
            load=self._load,
            directory=self._directory,
        )

    def _submit(self, document: ParsedDocument) -> tuple[DocumentSummary, bool]:
        check_wellformed(document)
        with self._engine.begin() as connection:
            is_new = shelf.add_document(connection, document, self._clock.now())
        summaries: Iterable[DocumentSummary] = summarise(
            self._engine, self._snapshot(), self._clock.now(), only=(document.document_id, document.version)
        )
        return next(iter(summaries)), is_new

    def _load(self, standing: Standing) -> ApprovedDocument:
        """Like _bound, but past the documents in memory: indexing reads each once."""
        return bind(shelf.read_document(self._engine, standing.document_id, standing.version), standing.approval)

    def _bound(self, standing: Standing) -> ApprovedDocument:
        return bind(self._parsed(standing.document_id, standing.version), standing.approval)

    def _parsed(self, document_id: str, version: str) -> ParsedDocument:
        document = self._documents.get((document_id, version))
        if document is None:
            document = shelf.read_document(self._engine, document_id, version)
            self._documents.put((document_id, version), document)
        return document
