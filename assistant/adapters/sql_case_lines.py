"""The lines of the case queues in SQL: written with each event, found by filters, made anew from the events.

All functions work inside the caller's transaction and commit nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from assistant.adapters.tables import case_lines
from assistant.cases.lines import CaseLine, CasePage, CaseQuery, Tally, line_of
from assistant.cases.routing import RoutingRules
from assistant.records import Case, CaseKind, CaseStatus, Priority

_COLUMNS = case_lines.c
_READ = [column for column in case_lines.columns if column.name != "position"]
_URGENCY = case({Priority.URGENT.value: 0, Priority.HIGH.value: 1}, value=_COLUMNS.priority, else_=2)
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_ORDERS: dict[str, list[ColumnElement[Any]]] = {
    "due": [func.coalesce(_COLUMNS.due_at, _FAR).asc(), _URGENCY, _COLUMNS.opened_at.desc(), _COLUMNS.case_id],
    "newest": [_COLUMNS.opened_at.desc(), _COLUMNS.position.desc()],
    "changed": [_COLUMNS.changed_at.desc(), _COLUMNS.position.desc()],
}
_INSERT = insert(case_lines)
_UPDATE = (
    update(case_lines)
    .where(_COLUMNS.case_id == bindparam("of_case"))
    .values({column.name: bindparam(column.name) for column in case_lines.columns if column.name != "case_id"})
)
_BY_WHAT = (_COLUMNS.kind, _COLUMNS.status, _COLUMNS.product, _COLUMNS.market, _COLUMNS.reason, _COLUMNS.assignee)


def put_lines(connection: Connection, cases: Iterable[Case], rules: RoutingRules, position: int) -> None:
    """Write the lines of cases as they are now; `position` is the place in the chain of what changed them."""
    for changed in cases:
        row = _row(line_of(changed, rules), position)
        is_there = len(changed.events) > 1 and connection.execute(_UPDATE, {**row, "of_case": row["case_id"]}).rowcount
        if not is_there:
            connection.execute(_INSERT, row)


def forget_lines(connection: Connection) -> None:
    """Drop all lines, to make them anew."""
    connection.execute(delete(case_lines))


def count_lines(connection: Connection) -> int:
    """How many cases have a line."""
    return connection.scalar(select(func.count()).select_from(case_lines)) or 0


def last_position(connection: Connection, kinds: Sequence[CaseKind]) -> int:
    """The place in the chain of the last change to any case of these kinds; 0 when there is none."""
    chosen = select(func.max(_COLUMNS.position)).where(_COLUMNS.kind.in_([k.value for k in kinds]))
    return connection.scalar(chosen) or 0


def find_lines(connection: Connection, query: CaseQuery) -> CasePage:
    """The lines a query asks for, and how many there are in all."""
    conditions = _conditions(query)
    chosen = select(*_READ).where(*conditions).order_by(*_ORDERS[query.order])
    lines = tuple(_line(row) for row in connection.execute(chosen.offset(query.offset).limit(query.limit)))
    if query.offset == 0 and len(lines) < query.limit:
        return CasePage(lines=lines, total=len(lines))
    total = connection.scalar(select(func.count()).select_from(case_lines).where(*conditions)) or 0
    return CasePage(lines=lines, total=total)


def tally_lines(connection: Connection, query: CaseQuery) -> tuple[Tally, ...]:
    """How many cases hold each combination of kind, status, product, market, reason and assignee."""
    counted: Select[Any] = select(*_BY_WHAT, func.count().label("count")).where(*_conditions(query)).group_by(*_BY_WHAT)
    return tuple(Tally(**row._asdict()) for row in connection.execute(counted))


def _conditions(query: CaseQuery) -> list[ColumnElement[bool]]:
    lists = {
        _COLUMNS.kind: query.kinds,
        _COLUMNS.status: query.statuses,
        _COLUMNS.product: query.products,
        _COLUMNS.market: query.markets,
        _COLUMNS.priority: query.priorities,
        _COLUMNS.interaction_id: query.interaction_ids,
    }
    made: list[ColumnElement[bool]] = [c.in_([str(v) for v in values]) for c, values in lists.items() if values]
    equals = {
        _COLUMNS.team: query.team,
        _COLUMNS.therapeutic_area: query.therapeutic_area,
        _COLUMNS.territory: query.territory,
        _COLUMNS.language: query.language,
        _COLUMNS.reason: query.reason,
    }
    made.extend(column == value for column, value in equals.items() if value)
    if query.assignee is not None:
        made.append(_COLUMNS.assignee == query.assignee if query.assignee else _COLUMNS.assignee.is_(None))
    if query.due_before is not None:
        made.append(_COLUMNS.due_at < query.due_before)
    if query.due_after is not None:
        made.append(_COLUMNS.due_at >= query.due_after)
    for word in query.words.split():
        lowered = word.lower()
        made.append(
            or_(
                func.lower(_COLUMNS.text).contains(lowered, autoescape=True),
                _COLUMNS.case_id == word,
                func.lower(_COLUMNS.product).contains(lowered, autoescape=True),
            )
        )
    return made


def _row(line: CaseLine, position: int) -> dict[str, Any]:
    values = {name: str(v) if isinstance(v, CaseKind | CaseStatus | Priority) else v for name, v in line}
    return {**values, "market": line.market.value, "position": position}


def _line(row: Row[Any]) -> CaseLine:
    return CaseLine.model_validate(row._asdict())
