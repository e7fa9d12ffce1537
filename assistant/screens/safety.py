"""Finds safety reports: what happened to someone who was exposed to a medicine, and the special situations.

Kinds follow ICH E2D, GVP Module VI and 21 CFR 211.198. A question about what happens in general (rates,
management, what the label says) is no report. Recall comes first: a report that is doubtful is reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.screens.clauses import split_clauses
from assistant.screens.clinical_events import names_event
from assistant.screens.message import Reader, ScreenInput
from assistant.screens.narrative import Cued, Told, cue_weight, frame_weight, own_words, read_cues, tell_event
from assistant.screens.patterns import read_patterns
from assistant.screens.signs import Read, signs
from assistant.screens.told_model import ENOUGH, REPORT, SURE, Thresholds, load_told_model
from assistant.types import Finding, FindingKind, SafetyKind
from assistant.understanding.announcing import announces

_SITUATIONS = (  # by their own words; an adverse event and harm in an unapproved use need more than that
    SafetyKind.PRODUCT_COMPLAINT,
    SafetyKind.PREGNANCY_EXPOSURE,
    SafetyKind.LACTATION_EXPOSURE,
    SafetyKind.MEDICATION_ERROR,
    SafetyKind.OVERDOSE,
    SafetyKind.MISUSE_ABUSE,
    SafetyKind.LACK_OF_EFFECT,
    SafetyKind.OCCUPATIONAL_EXPOSURE,
)
WEIGHED = (SafetyKind.ADVERSE_EVENT, *_SITUATIONS)  # the kinds rules weigh, in the order of signs
# A situation's own words weigh this much before cues and frame are added (see narrative.py).
_TOLD = 1.5
_MAYBE = 0.8
_WEAKER = {SafetyKind.LACK_OF_EFFECT: 1.2, SafetyKind.PREGNANCY_EXPOSURE: 1.3}


class SafetyScreen:
    """The rule layer for safety information, and over it the fitted model; without a reader the rules stand alone."""

    name = "safety"

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader
        self._model = load_told_model() if reader is not None else None

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """One finding per kind of safety information, its span the clause that tells it."""
        read = read_by_rules(message.text, message.product_names)
        found = self._by_rules(message, read)
        if self._reader is None or self._model is None or not read.cued:
            return tuple(found.values())
        reading = self._reader.read(message.heard)
        weighed = self._model.weigh(signs(read, WEIGHED), message.heard, reading, read.own)
        limits = self._model.thresholds
        if weighed[REPORT] < limits.needed(max((one.confidence for one in found.values()), default=0.0)):
            return ()
        kinds = _kinds(weighed, limits) | {kind for kind, one in found.items() if one.confidence >= SURE}
        if SafetyKind.ADVERSE_EVENT in kinds and SafetyKind.OFF_LABEL_USE_WITH_HARM in found:
            kinds.add(SafetyKind.OFF_LABEL_USE_WITH_HARM)
        asking = {one.clause.start for one in read.cued if frame_weight(one.clause) < 0}
        surer = {kind: one if one.start in asking else _with_model(one, weighed[REPORT]) for kind, one in found.items()}
        return tuple(surer.get(kind) or _fitted(message, read, weighed, kind) for kind in SafetyKind if kind in kinds)

    def _by_rules(self, message: ScreenInput, read: Read) -> dict[SafetyKind, Finding]:
        found: dict[SafetyKind, Finding] = {}
        for kind, one in read.told:
            if one.confidence >= ENOUGH and (kind not in found or one.confidence > found[kind].confidence):
                found[kind] = _finding(message, kind, one)
        _drop_shadows(found, message.text)
        if SafetyKind.ADVERSE_EVENT in found and read_patterns("situations")["off_label_harm"].search(message.text):
            kind = SafetyKind.OFF_LABEL_USE_WITH_HARM
            event = found[SafetyKind.ADVERSE_EVENT]
            found[kind] = event.model_copy(update={"detail": kind.value, "found_by": _rule(message, kind)})
        return found


def read_by_rules(text: str, product_names: tuple[str, ...]) -> Read:
    """The clauses of a text, and every kind but use with harm weighed in each of them."""
    own = own_words(product_names)
    everything = read_cues(text, own)
    cued = tuple(one for one in everything if not announces(one.clause.text)) or everything
    told = [(SafetyKind.ADVERSE_EVENT, tell_event(one, cued, own)) for one in cued]
    told += [(kind, _tell_situation(kind, one, cued)) for kind in _SITUATIONS for one in cued]
    return Read(cued=cued, told=tuple(told), own=own)


def _drop_shadows(found: dict[SafetyKind, Finding], text: str) -> None:
    """Leave out a kind that only repeats another: the value that shows lack of effect, the mistake in an overdose."""
    event, effect = found.get(SafetyKind.ADVERSE_EVENT), found.get(SafetyKind.LACK_OF_EFFECT)
    if event and effect and (event.start, event.end) == (effect.start, effect.end):
        told = split_clauses(text[event.start : event.end])
        if not any(names_event(clause) for clause in told):
            del found[SafetyKind.ADVERSE_EVENT]
    error, overdose = found.get(SafetyKind.MEDICATION_ERROR), found.get(SafetyKind.OVERDOSE)
    if error and overdose and (error.start, error.end) == (overdose.start, overdose.end):
        del found[SafetyKind.MEDICATION_ERROR]


def _tell_situation(kind: SafetyKind, one: Cued, cued: Sequence[Cued]) -> Told:
    patterns = read_patterns("situations")
    text = one.clause.text
    if patterns[f"{kind.value}_told"].search(text):
        base = _WEAKER.get(kind, _TOLD)
    elif kind is SafetyKind.PREGNANCY_EXPOSURE and patterns["pregnancy_exposure_maybe"].search(text):
        base = _MAYBE if patterns["being_exposed"].search(text) else 0.0
    else:
        base = 0.0
    if not base:
        return Told(one.clause, 0.0)
    return Told(one.clause, base + cue_weight(one, cued) + frame_weight(one.clause))


def _kinds(weighed: Mapping[str, float], limits: Thresholds) -> set[SafetyKind]:
    """The likeliest kind, and each other that is likely enough; use with harm never stands alone."""
    likeliest = max(WEIGHED, key=lambda kind: weighed[kind.value])
    return {likeliest, *(kind for kind in SafetyKind if weighed[kind.value] >= limits.kind)}


def _with_model(finding: Finding, chance: float) -> Finding:
    """A rule's finding as sure as rule and model are together, each taken for evidence of its own."""
    return finding.model_copy(update={"confidence": round(1 - (1 - finding.confidence) * (1 - chance), 3)})


def _fitted(message: ScreenInput, read: Read, weighed: Mapping[str, float], kind: SafetyKind) -> Finding:
    """The model's finding of a kind, pointing at the clause the rules find nearest to that kind."""
    of_kind = [one for rule, one in read.told if rule is kind] or [one for _, one in read.told]
    nearest = max(of_kind, key=lambda one: (one.weight, not one.clause.is_question, len(one.clause.tokens)))
    return _finding(message, kind, nearest).model_copy(
        update={
            "found_by": f"{message.scope.market.value.lower()}.safety.fitted@1",
            "confidence": round(weighed[REPORT], 3),
        }
    )


def _rule(message: ScreenInput, kind: SafetyKind) -> str:
    name = "event" if kind is SafetyKind.ADVERSE_EVENT else kind.value
    return f"{message.scope.market.value.lower()}.safety.{name}@1"


def _finding(message: ScreenInput, kind: SafetyKind, told: Told) -> Finding:
    return Finding(
        kind=FindingKind.SAFETY_REPORT,
        detail=kind.value,
        start=told.clause.start,
        end=told.clause.end,
        found_by=_rule(message, kind),
        confidence=round(told.confidence, 3),
    )
