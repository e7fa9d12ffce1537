"""Routing rules as data: which team a case goes to, how soon it is due, and who is free to take it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from assistant.cases.calendars import Calendar, due_after
from assistant.errors import SettingsError
from assistant.records import Case, CaseEvent, Priority, Routing
from knowledge.types import Market, Value

PACKAGED = Path(__file__).parent / "routing.yaml"


class When(Value):
    """Conditions of a rule; an empty list asks nothing."""

    markets: tuple[Market, ...] = ()
    products: tuple[str, ...] = ()
    therapeutic_areas: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    is_urgent: bool | None = None


class Rule(Value):
    """One rule; the first whose every condition holds decides."""

    name: str
    when: When = When()
    team: str
    priority: Priority


class Response(Value):
    """Business hours until a reply is due, and how long before that it is due soon."""

    respond_hours: float = Field(gt=0, le=2000)
    warn_hours: float = Field(ge=0, le=2000)


class Absence(Value):
    """Days away, both included."""

    since: date = Field(alias="from")
    until: date = Field(alias="to")


class Member(Value):
    """Someone who takes cases; empty lists mean all."""

    pseudonym: str
    capacity: int = Field(default=20, ge=0)  # open cases at once
    products: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    absences: tuple[Absence, ...] = ()

    def is_away(self, on: date) -> bool:
        """Whether this person is absent that day."""
        return any(a.since <= on <= a.until for a in self.absences)


class Team(Value):
    """People who share a queue."""

    name: str
    lead: str = ""  # takes what ran out of time
    assign: Literal["claim", "least_loaded"] = "claim"
    members: tuple[Member, ...] = ()


class Facts(Value):
    """What the rules may look at."""

    market: Market
    product: str | None = None
    territory: str = ""
    language: str = "en"
    reason: str = ""
    is_urgent: bool = False


class RoutingRules(Value):
    """All rules of a site."""

    name: str
    version: str
    sha256: str
    therapeutic_areas: dict[str, str] = Field(default_factory=dict)
    calendars: dict[Market, Calendar]
    priorities: dict[Priority, Response]
    rules: tuple[Rule, ...]
    teams: tuple[Team, ...]

    @property
    def reference(self) -> str:
        """Name, version and hash, as written with every routed case."""
        return f"{self.name}@{self.version}#{self.sha256[:12]}"

    def team(self, name: str) -> Team | None:
        """A team by name; None when these rules do not know it (any more)."""
        return next((team for team in self.teams if team.name == name), None)

    @model_validator(mode="after")
    def _is_whole(self) -> RoutingRules:
        names = {team.name for team in self.teams}
        if unknown := {rule.team for rule in self.rules} - names:
            raise ValueError(f"rules name teams that are not there: {', '.join(sorted(unknown))}")
        if markets := set(Market) - set(self.calendars):
            raise ValueError(f"calendars are missing for {', '.join(sorted(markets))}")
        if priorities := set(Priority) - set(self.priorities):
            raise ValueError(f"priorities are missing: {', '.join(sorted(priorities))}")
        if not self.rules or self.rules[-1].when != When():
            raise ValueError("the last rule must have no condition, so that every case goes somewhere")
        return self


def read_rules(path: Path | None = None) -> RoutingRules:
    """Read rules from YAML, ours when no path is given. Raises SettingsError naming what is wrong and where."""
    return _packaged() if path is None else _read(path)


@cache
def _packaged() -> RoutingRules:
    return _read(PACKAGED)


def _read(path: Path) -> RoutingRules:
    try:
        raw = path.read_bytes()
        content = yaml.safe_load(raw)
        if not isinstance(content, dict):
            raise SettingsError(f"{path}: should hold name, version, calendars, priorities, rules and teams.")
        return RoutingRules.model_validate({**content, "sha256": hashlib.sha256(raw).hexdigest()})
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}). Set HCP_CASES__RULES.") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: is not YAML ({str(error).splitlines()[0]}).") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {where or 'rules'}: {first['msg'].removeprefix('Value error, ')}.") from None


def route(facts: Facts, rules: RoutingRules) -> Routing:
    """The team and priority of a new case, by the first rule that holds."""
    area = rules.therapeutic_areas.get(facts.product or "", "")
    chosen = next(rule for rule in rules.rules if _holds(rule.when, facts, area))
    return Routing(
        team=chosen.team,
        priority=chosen.priority,
        therapeutic_area=area,
        territory=facts.territory,
        language=facts.language,
        rule=chosen.name,
        rules=rules.reference,
    )


def routed(opening: CaseEvent, rules: RoutingRules) -> Routing:
    """How a case was routed; one from before routing was recorded goes by the rules of today."""
    return opening.routing or route(Facts(market=opening.market, product=opening.product, reason=opening.reason), rules)


def due_at(case: Case, started_at: datetime, rules: RoutingRules) -> datetime:
    """When a reply is due (UTC) if its clock began then."""
    priority = routed(case.events[0], rules).priority
    return due_after(started_at, rules.priorities[priority].respond_hours, rules.calendars[case.market])


def fitting(case: Case, team: Team, loads: Mapping[str, int], on: date) -> tuple[Member, ...]:
    """Who of a team may be given a case: present, with room, and for its product, territory and language.

    The least loaded comes first; equals in the order of the team.
    """
    asked = case.routing
    there = [
        member
        for member in team.members
        if not member.is_away(on)
        and loads.get(member.pseudonym, 0) < member.capacity
        and _fits(member.products, case.product or "")
        and _fits(member.territories, asked.territory if asked else "")
        and _fits(member.languages, asked.language if asked else "en")
    ]
    return tuple(sorted(there, key=lambda member: loads.get(member.pseudonym, 0)))


def _fits(allowed: tuple[str, ...], value: str) -> bool:
    return not allowed or value in allowed


def _holds(when: When, facts: Facts, area: str) -> bool:
    return (
        (not when.markets or facts.market in when.markets)
        and _fits(when.products, facts.product or "")
        and _fits(when.therapeutic_areas, area)
        and _fits(when.territories, facts.territory)
        and _fits(when.languages, facts.language)
        and _fits(when.reasons, facts.reason)
        and when.is_urgent in (None, facts.is_urgent)
    )
