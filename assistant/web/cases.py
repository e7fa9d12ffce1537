"""Cases for those who work on them: medical information for MSLs, safety cases for drug safety."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from assistant.config import Token
from assistant.errors import NotFound
from assistant.records import Case, CaseKind
from assistant.types import Role
from assistant.web.security import Staff
from assistant.web.services import Given, Services
from knowledge.types import Market, Value

router = APIRouter(prefix="/v1/cases", tags=["cases"])
MOST = 500

# No other role reads cases: off-label and safety content never reaches a commercial one (RULES.md).
KINDS: Mapping[Role, CaseKind] = {Role.MSL: CaseKind.MEDICAL_INFORMATION, Role.SAFETY: CaseKind.SAFETY}


class CaseLine(Value):
    """One line of the list."""

    case_id: str
    kind: CaseKind
    status: str
    product: str | None
    market: Market
    reason: str
    text: str
    assignee: str | None
    opened_at: datetime
    changed_at: datetime


@router.get("", summary="List cases")
def cases(
    services: Given,
    reader: Staff,
    status: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> tuple[CaseLine, ...]:
    """The cases of the caller's own kind, newest first."""
    found = services.desk.cases(KINDS[reader.role], status, limit)
    return tuple(CaseLine(**case.model_dump(include=set(CaseLine.model_fields))) for case in found)


@router.get("/{case_id}", summary="Read a case")
def case(case_id: str, services: Given, reader: Staff) -> Case:
    """One case with its thread of events."""
    return case_for(services, case_id, reader)


def case_for(services: Services, case_id: str, reader: Token) -> Case:
    """A case of the reader's kind. Raises NotFound, also for one of another kind: that it exists is not told."""
    found = services.desk.case(case_id)
    if found.kind is not KINDS.get(reader.role):
        raise NotFound(f"There is no case {case_id!r}.")
    return found
