"""The approved documents of a case: what may be cited in its reply, those for medical staff alone included."""

from __future__ import annotations

from assistant.composing.reading import Reading, Readings
from assistant.labels import is_label
from assistant.records import Case
from assistant.web.problems import Refused
from assistant.web.services import Services
from knowledge.types import ApprovedDocument, Audience, DocumentKind, Partition, Query, Value

_FOUND = 12
_READINGS = Readings()


class Place(Value):
    """A stretch of a document version's canonical text."""

    document_id: str
    version: str
    start: int
    end: int


class Found(Value):
    """A passage that may be cited."""

    place: Place
    title: str
    section: str
    text: str
    audience: Audience
    kind: DocumentKind


class FoundPassages(Value):
    """What a search found, best first."""

    passages: tuple[Found, ...]


def documents_of(services: Services, case: Case) -> tuple[ApprovedDocument, ...]:
    """The documents in force for a case's product: prescribing information first, then by title."""
    if case.product is None:
        return ()
    now = services.clock.now()
    found: dict[tuple[str, str], ApprovedDocument] = {}
    for audience in Audience:
        for approved in services.knowledge.effective(_partition(case, audience), now):
            found[approved.document.document_id, approved.document.version] = approved
    return tuple(sorted(found.values(), key=lambda a: (not is_label(a), a.document.title)))


def label_of(services: Services, case: Case) -> Reading | None:
    """The prescribing information in force for HCPs; None when there is none."""
    label = next((a for a in documents_of(services, case) if is_label(a)), None)
    return None if label is None else _READINGS.of(label)


def document_in_force(services: Services, case: Case, document_id: str, version: str) -> Reading:
    """A document that a reply to this case may cite. Refuses any other, naming what to do."""
    for approved in documents_of(services, case):
        if (approved.document.document_id, approved.document.version) == (document_id, version):
            return _READINGS.of(approved)
    detail = f"{document_id} version {version} is not in force for {case.product or 'this case'}: pick another passage."
    raise Refused(422, "not_in_force", detail)


def passages(services: Services, case: Case, text: str) -> FoundPassages:
    """Passages for a search of an MSL, best first."""
    if case.product is None:
        return FoundPassages(passages=())
    partitions = tuple(_partition(case, audience) for audience in Audience)
    query = Query(text=text, partitions=partitions, limit=_FOUND, at=services.clock.now())
    found = []
    for scored in services.knowledge.search(query).passages:
        passage = scored.passage
        document = services.knowledge.document(passage.document_id, passage.version).document
        place = Place(document_id=passage.document_id, version=passage.version, start=passage.start, end=passage.end)
        found.append(
            Found(
                place=place,
                title=document.title,
                section=" > ".join(passage.heading_path),
                text=passage.text,
                audience=passage.partition.audience,
                kind=document.kind,
            )
        )
    return FoundPassages(passages=tuple(found))


def _partition(case: Case, audience: Audience) -> Partition:
    return Partition(product=case.product or "", market=case.market, audience=audience)
