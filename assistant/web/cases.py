"""Cases for those who work on them: medical information for MSLs, safety cases and complaints for drug safety."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query

from assistant.cases.lines import CaseLine, CaseQuery
from assistant.config import Token
from assistant.errors import NotFound
from assistant.records import Case, CaseKind, CaseStatus
from assistant.types import Role
from assistant.web.security import Staff
from assistant.web.services import Given, Services
from knowledge.types import Value

router = APIRouter(prefix="/v1/cases", tags=["cases"])
MOST = 500

# No other role reads cases: off-label and safety content never reaches a commercial one (RULES.md).
KINDS: Mapping[Role, tuple[CaseKind, ...]] = {
    Role.MSL: (CaseKind.MEDICAL_INFORMATION,),
    Role.SAFETY: (CaseKind.SAFETY, CaseKind.PRODUCT_COMPLAINT),
}


class Position(Value):
    """Grows whenever a case that the caller may read changes."""

    position: int


@router.get("", summary="List cases")
def cases(
    services: Given,
    reader: Staff,
    status: Annotated[CaseStatus | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> tuple[CaseLine, ...]:
    """The cases of the caller's own kinds, newest first."""
    statuses = () if status is None else (status,)
    query = CaseQuery(kinds=KINDS[reader.role], statuses=statuses, order="newest", limit=limit)
    return services.desk.lines(query).lines


@router.get("/position", summary="Whether anything changed")
def position(services: Given, reader: Staff) -> Position:
    """A number to compare with the one last seen; who shows a queue asks every few seconds."""
    return Position(position=services.desk.position(KINDS[reader.role]))


@router.get("/{case_id}", summary="Read a case")
def case(case_id: str, services: Given, reader: Staff) -> Case:
    """One case with its thread of events."""
    return case_for(services, case_id, reader)


def case_for(services: Services, case_id: str, reader: Token) -> Case:
    """A case of the reader's kinds. Raises NotFound, also for one of another kind: that it exists is not told."""
    found = services.desk.case(case_id)
    if found.kind not in KINDS.get(reader.role, ()):
        raise NotFound(f"There is no case {case_id!r}.")
    return found
