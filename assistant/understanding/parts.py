"""Puts segments together into the parts of a message, each with its kind.

What a screen found decides the kind of the segment it overlaps; a question stays a question beside a report.
Segments go together when the later one only continues the earlier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.types import Finding, FindingKind, PartKind, Screening
from assistant.understanding.populations import populations
from assistant.understanding.products import ProductIndex
from assistant.understanding.shorthand import expand
from assistant.understanding.split import FILLERS, TIMES, Segment, content, joined, segments
from assistant.understanding.topics import TopicModel

CONFIDENT = 0.5  # a finding below is left to later steps
MOST_PARTS = 6  # label questions of one message; what comes after stays with the last
SURE = 0.9  # a report this sure is no question, unless it is put as one
RECENT = 4  # segments
OVERLAP = 0.5  # share of the shorter of finding and segment

_KINDS: tuple[tuple[FindingKind, PartKind], ...] = (
    (FindingKind.PERSON_WANTED, PartKind.PERSON_WANTED),  # whoever asks for a person gets one
    (FindingKind.MISUSE, PartKind.MISUSE),
    (FindingKind.OUT_OF_SCOPE, PartKind.OUT_OF_SCOPE),
    (FindingKind.PERSONAL_DIRECTION, PartKind.PERSONAL_DIRECTION),
    (FindingKind.COMPARATOR, PartKind.COMPARATOR),
)
# Topics that one answer may well treat together; a step from one to the other is no new question.
_KIN: tuple[frozenset[str], ...] = (
    frozenset({"interaction", "pharmacokinetics", "pharmacodynamics", "pharmacogenomics"}),
    frozenset({"dosing", "renal", "hepatic", "pediatric", "geriatric", "forms"}),
    frozenset({"adverse", "warning", "boxed", "immunogenicity"}),
    frozenset({"pregnancy", "lactation", "reproductive"}),
    frozenset({"supply", "forms", "description"}),
)
# A segment beside one of these that is no question of its own belongs to it.
_ABSORBING = frozenset({PartKind.MISUSE, PartKind.OUT_OF_SCOPE, PartKind.PERSONAL_DIRECTION, PartKind.PERSON_WANTED})
_CONDITION = re.compile(r"\b(?:for|in|with|w|during|while|as)\b(.*)$", re.IGNORECASE | re.DOTALL)
_STATEMENT = re.compile(
    r"\b(?:pts?|patients?|she|he|they|my|our|has|had|have|having|is|was|were|got|been|i|we|his|her|yo|y/o|started|took)\b",
    re.IGNORECASE,
)
# Says something of the patient and asks nothing: it belongs to the question beside it.
_BACKGROUND = re.compile(
    r"^\W*(?:(?:already|currently|now|still)\s+)?(?:on|taking|s/p|h/o|hx|failed|allergic|intolerant|prior|previous(?:ly)?|"
    r"(?:tx|trt|treatment)[\s-]na[iï]ve|known)\b",
    re.IGNORECASE,
)
_AGE_FIRST = re.compile(r"^\W*\d{1,3}\s*-?\s*(?:yo|y/o|yrs?|years?|mo|m/o|months?|f|m)\b", re.IGNORECASE)
_AGES = frozenset({"pediatric", "geriatric"})
# A way of giving that is asked about by itself: "… and has anyone used it intranasally?"
_WAY_OF_USE = re.compile(
    r"\b(?:anyone|anybody|people|some(?:one|body)?)\W+(?:\w+\W+){0,2}(?:us(?:e|ed|ing)|tr(?:y|ied|ying)|giv(?:e|en|ing))\b"
    r"|\b(?:us(?:e|ed|ing)|giv(?:e|en|ing)|tried) (?:it|this) (?:off[\s-]label|intra\w+ly|subcutaneously|rectally|"
    r"topically|nasally|sublingually|epidurally|inhaled|nebuli[sz]ed)\b",
    re.IGNORECASE,
)
_BARE = re.compile(  # asks for a measure of what was said before: "…, how many days?"
    r"^\W*(?:(?:and|so|for|within|in|after)\W+)*(?:how\s+(?:many|much|long|often|soon|fast)|what\s+%|%)\b",
    re.IGNORECASE,
)
_NOUN_QUERY = re.compile(
    r"^\W*(?:label\s+|usual\s+|recommended\s+|max(?:imum)?\s+|starting\s+|\w+\s+)?(?:dos(?:e|es|ing|age)|cut-?offs?|half-?life|moa|"
    r"incidence|rates?|indications?|contraindications?|interactions?|storage|schedule|titration)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Group:
    """Segments that make one part."""

    kind: PartKind
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """The part as written."""
        return joined(self.segments)

    @property
    def recent(self) -> Group:
        """Its last segments: what a further one is held against."""
        return replace(self, segments=self.segments[-RECENT:])


@dataclass(frozen=True)
class _Sorted:
    segment: Segment
    kind: PartKind | None  # None: said beside, belongs to a neighbour


def grouped(screening: Screening, index: ProductIndex, topics: TopicModel) -> tuple[Group, ...]:
    """The parts of a screened message, in the order in which they begin. Empty for an empty message."""
    findings = [finding for finding in screening.findings if finding.confidence >= CONFIDENT]
    found = segments(screening.redacted)
    spoken = [segment for segment in found if not segment.is_small_talk]
    if not spoken:
        return (Group(PartKind.SMALL_TALK, found),) if found else ()
    reports = any(finding.kind is FindingKind.SAFETY_REPORT for finding in findings)
    if reports and any(finding.kind is FindingKind.EMERGENCY for finding in findings):
        return (Group(PartKind.SAFETY_REPORT, tuple(spoken)),)
    sorted_segments = [_Sorted(segment, _kind_of(segment, findings, topics, reports=reports)) for segment in spoken]
    groups = _merged(_attached(sorted_segments, reports=reports), index, topics)
    return _with_report(groups, findings)


def _kind_of(segment: Segment, findings: Sequence[Finding], topics: TopicModel, *, reports: bool) -> PartKind | None:
    for finding_kind, part_kind in _KINDS:
        if any(finding.kind is finding_kind and _overlaps(finding, segment) for finding in findings):
            return part_kind
    told = [f.confidence for f in findings if f.kind is FindingKind.SAFETY_REPORT and _overlaps(f, segment)]
    if segment.is_question or (told and max(told) < SURE and _asks_all_the_same(segment, topics)):
        return PartKind.ON_LABEL
    if told:
        return PartKind.SAFETY_REPORT
    if _STATEMENT.search(segment.text) or _BACKGROUND.match(segment.text):
        return None
    if _AGE_FIRST.match(segment.text) and set(topics.topics_of(expand(segment.text))) <= _AGES:
        return None  # who the patient is: "81 yo, frail."
    is_query = _NOUN_QUERY.match(segment.text) is not None if reports else bool(topics.topics_of(expand(segment.text)))
    return PartKind.ON_LABEL if is_query else None


def _asks_all_the_same(segment: Segment, topics: TopicModel) -> bool:
    """Whether what may be a report may as well be a terse question ("starter pack contents"): it gets both."""
    return _STATEMENT.search(segment.text) is None and bool(topics.topics_of(expand(segment.text)))


def _overlaps(finding: Finding, segment: Segment) -> bool:
    shared = min(finding.end, segment.end) - max(finding.start, segment.start)
    return shared > 0 and shared >= OVERLAP * min(max(finding.end - finding.start, 1), segment.end - segment.start)


def _attached(found: Sequence[_Sorted], *, reports: bool) -> list[Group]:
    """Gives every segment that is said beside to a neighbour: a report before all, else the part that follows."""
    kinds = {item.kind for item in found if item.kind is not None}
    groups: list[Group] = []
    waiting: list[Segment] = []
    for item in found:
        kind = item.kind
        if kind is None and not kinds:
            kind = PartKind.ON_LABEL  # nothing but noun phrases: "NSTEMI loading dose"
        if kind is None:
            if groups and (groups[-1].kind in _ABSORBING or (reports and groups[-1].kind is PartKind.SAFETY_REPORT)):
                groups[-1] = replace(groups[-1], segments=(*groups[-1].segments, item.segment))
            elif item.segment.lead != "start" and groups and not waiting and not reports:
                groups.append(Group(groups[-1].kind, (item.segment,)))
            else:
                waiting.append(item.segment)
            continue
        groups.append(Group(kind, (*waiting, item.segment)))
        waiting = []
    if waiting and groups:
        target = next((i for i, g in enumerate(groups) if g.kind is PartKind.SAFETY_REPORT), len(groups) - 1)
        groups[target] = replace(groups[target], segments=(*groups[target].segments, *waiting))
    return groups


def _merged(groups: Sequence[Group], index: ProductIndex, topics: TopicModel) -> list[Group]:
    merged: list[Group] = []
    for group in groups:
        place = _home_of(group, merged, index, topics)
        if place is None:
            merged.append(group)
        else:
            merged[place] = replace(merged[place], segments=(*merged[place].segments, *group.segments))
    return merged


def _home_of(group: Group, merged: Sequence[Group], index: ProductIndex, topics: TopicModel) -> int | None:
    """The position of the group that this one goes with, or None when it begins a part."""
    if not merged:
        return None
    last = len(merged) - 1
    if group.kind is not PartKind.ON_LABEL:
        return next((place for place in range(last, -1, -1) if merged[place].kind is group.kind), None)
    asked = [place for place, other in enumerate(merged) if other.kind is PartKind.ON_LABEL]
    if len(asked) >= MOST_PARTS:
        return asked[-1]
    if merged[last].kind is PartKind.ON_LABEL:
        return None if _is_new_subject(merged[last].recent, group, index, topics) else last
    return last if _belongs_beside(merged[last], group) else None


def _belongs_beside(last: Group, group: Group) -> bool:
    """A question that only carries on what is not for a label answer ("A vs B - which is cheaper?")."""
    first = group.segments[0]
    if last.kind in _ABSORBING:
        return not content(group.text)
    return last.kind is PartKind.COMPARATOR and first.lead in ("dash", "comma") and not first.adds


def _is_new_subject(last: Group, group: Group, index: ProductIndex, topics: TopicModel) -> bool:
    first = group.segments[0]
    own = content(group.text)
    named = {word for mention in index.resolve(group.text).mentions for word in content(mention.text)}
    if all(word in named for word in own):
        return _names_another_head(last, group, index)
    before, after = topics.topics_of(expand(last.text)), topics.topics_of(expand(group.text))
    new_words = _new_words(last, group, index, topics)
    if not after and not new_words:
        return False
    if first.lead in ("comma", "sentence") and _is_bare(group, index):
        return False
    if new_words and _WAY_OF_USE.search(group.text):
        return True
    if first.lead == "dash" and not last.text.rstrip().endswith("?"):
        return False
    apart = bool(before) and bool(after) and _are_apart(before, after)
    if apart and (len(own) > 1 or first.lead != "comma"):
        return True
    is_announced = first.lead in ("marker", "sentence") and (first.adds or first.continues)
    return (
        is_announced
        and (first.adds or _has_condition(group.text, new_words))
        and bool(new_words or set(populations(group.text)) - set(populations(last.text)))
    )


def _is_bare(group: Group, index: ProductIndex) -> bool:
    """Whether a question only asks for the measure of what was asked before it."""
    rest = [word for word in content(group.text) if word not in TIMES]
    return _BARE.match(group.text) is not None and len(rest) <= 1 and not index.resolve(group.text).mentions


def _names_another_head(last: Group, group: Group, index: ProductIndex) -> bool:
    """Whether a bare name begins a part: "dose of A? and of B?" are two, "with A? and B?" are one."""
    named = index.resolve(group.text).held
    return (
        bool(named) and named[0].how == "brand" and bool(index.resolve(last.text).held) and " of " in f" {group.text} "
    )


def _new_words(last: Group, group: Group, index: ProductIndex, topics: TopicModel) -> tuple[str, ...]:
    """Words that bring a condition of their own: no topic cue, no medicine, not said before."""
    named = {word for mention in index.resolve(group.text).mentions for word in content(mention.text)}
    said = set(content(last.text)) | named | FILLERS | TIMES
    return tuple(word for word in content(group.text) if word not in said and not topics.is_cue(word))


def _has_condition(text: str, new_words: Sequence[str]) -> bool:
    match = _CONDITION.search(text)
    return match is not None and any(word in content(match[1]) for word in new_words)


def _are_apart(before: dict[str, float], after: dict[str, float]) -> bool:
    old, new = _top(before), _top(after)
    return old not in after and new not in before and not any(old in kin and new in kin for kin in _KIN)


def _top(totals: dict[str, float]) -> str:
    return max(totals, key=lambda name: totals[name])


def _with_report(groups: list[Group], findings: Sequence[Finding]) -> tuple[Group, ...]:
    """A report that shares its segment with a question still makes a part of its own."""
    told = [finding for finding in findings if finding.kind is FindingKind.SAFETY_REPORT]
    if not told or any(group.kind is PartKind.SAFETY_REPORT for group in groups):
        return tuple(groups)
    within = tuple(s for group in groups for s in group.segments if any(_overlaps(finding, s) for finding in told))
    everything = tuple(s for group in groups for s in group.segments)
    return (Group(PartKind.SAFETY_REPORT, within or everything), *groups)
