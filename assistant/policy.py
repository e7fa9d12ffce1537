"""Market policy packs: what a market requires, as cited, versioned records read from YAML.

The software never decides law. A pack says which sentences of ours are shown, at which confidence a
finding counts, and which rules stand behind it; a regulatory department edits the file, not the code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path
from string import Formatter
from typing import Any, Literal, get_args

import yaml
from pydantic import Field, ValidationError

from assistant.errors import SettingsError
from assistant.types import FindingKind, Screening
from knowledge.types import Market, Value

PACKS = Path(__file__).parent / "policies"


class Thresholds(Value):
    """From which confidence (0..1) something counts. `answer` and `clarify` are for drafts, the others for findings."""

    answer: float = Field(ge=0, le=1)  # at or above: answer
    clarify: float = Field(ge=0, le=1)  # at or above, below `answer`: ask back when one question would decide
    safety_report: float = Field(ge=0, le=1)
    emergency: float = Field(ge=0, le=1)
    misuse: float = Field(ge=0, le=1)
    off_label: float = Field(ge=0, le=1)
    comparator: float = Field(ge=0, le=1)
    personal_direction: float = Field(ge=0, le=1)
    out_of_scope: float = Field(ge=0, le=1)
    person_wanted: float = Field(ge=0, le=1)
    language: float = Field(ge=0, le=1)


HandOffReason = Literal[
    "off_label", "comparator", "not_in_label", "unsure", "unknown_product", "person_wanted", "check_failed"
]
DeclineReason = Literal["misuse", "out_of_scope", "personal_direction", "small_talk", "language"]
FollowUp = Literal["patient", "event", "product", "reporter", "lot_number", "exposure"]


class Texts(Value):
    """Every fixed sentence of ours that an HCP may read."""

    ai_notice: str
    personal_data_notice: str
    emergency: str
    safety_ack: str  # uses {reference}, {received_at}
    safety_precaution: str  # a screen broke, so what was reported is not known; uses {reference}, {received_at}
    safety_follow_up: dict[FollowUp, str]  # what is asked once: missing criterion, lot number, possible exposure
    safety_follow_up_thanks: str  # uses {reference}, {received_at}
    contact_consent: str  # what an HCP agrees to who leaves an address
    answer_mail_subject: str
    answer_mail: str  # uses {reference}, {reply}, {link}
    handoff: dict[HandOffReason, str]  # may use {product}, {topic}, {looked_in}
    decline: dict[DeclineReason, str]  # may use {product}, {topic}
    clarify_product: str
    safety_information_heading: str
    full_label_link: str  # may use {product}, {title}, {version}, {effective_on}


OutcomeKind = Literal["emergency", "safety", "answer", "clarify", "handoff", "decline"]


class Example(Value):
    """A message about the demo brand, and what has to become of it."""

    says: str = Field(min_length=1)
    outcomes: tuple[OutcomeKind, ...] = Field(min_length=1)  # all of the reply's, in their order
    shows: tuple[str, ...] = ()  # words the HCP has to read
    hides: tuple[str, ...] = ()  # words that stand neither in the reply nor in the record


class Rule(Value):
    """One rule of the market: where it comes from, what it asks of the software, and examples that show it holds.

    `findings` are the findings made under this rule: a kind, or a kind and its detail ("safety_report:overdose").
    A forbidden example is one the rule has to catch, an allowed one it has to let pass.
    """

    id: str
    version: str
    citation: str
    instruction: str
    may: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    allowed: tuple[Example, ...] = Field(min_length=1)
    forbidden: tuple[Example, ...] = Field(min_length=1)
    markets: tuple[Market, ...] = Field(min_length=1)
    note: str = ""  # "(k)": from general knowledge, to be checked by the user's regulatory department

    @property
    def reference(self) -> str:
        """Id and version, as findings name it."""
        return f"{self.id}@{self.version}"


class PolicyPack(Value):
    """Everything that differs from market to market, with the hash of the file it was read from."""

    name: str
    version: str
    market: Market
    sha256: str
    certified_text_only: bool  # ABPI clause 8: only certified units, word for word
    thresholds: Thresholds
    texts: Texts
    rules: tuple[Rule, ...]

    def rule(self, rule_id: str) -> Rule:
        """One rule by its id. Raises SettingsError."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise SettingsError(f"policy pack {self.name}@{self.version}: no rule {rule_id!r}. Add it under 'rules'.")

    def rule_for(self, kind: FindingKind, detail: str) -> Rule:
        """The rule a finding is made under: that of its detail, else that of its kind. Raises SettingsError."""
        for wanted in (f"{kind.value}:{detail}", kind.value):
            for rule in self.rules:
                if wanted in rule.findings:
                    return rule
        raise SettingsError(f"policy pack {self.name}@{self.version}: no rule for {kind.value}. Name it in 'findings'.")

    @property
    def reference(self) -> str:
        """Name, version and hash, as written into every record."""
        return f"{self.name}@{self.version}#{self.sha256[:12]}"


ALLOWED_PLACEHOLDERS = frozenset(
    {
        *("product", "topic", "looked_in", "reference", "received_at", "title", "version", "effective_on", "choices"),
        *("reply", "link"),
    }
)


def name_rules(pack: PolicyPack, screening: Screening) -> Screening:
    """The screening with each finding naming the rule of the market that it is made under."""
    named = (f.model_copy(update={"rule": pack.rule_for(f.kind, f.detail).reference}) for f in screening.findings)
    return screening.model_copy(update={"findings": tuple(named)})


def load_policy(market: Market, directory: Path | None = None) -> PolicyPack:
    """Read the pack of a market: `<directory>/<market>.yaml`, the packaged folder when none is given.

    Raises SettingsError when the file is missing or malformed, a key is unknown, a text is missing or
    empty, a placeholder is unknown, or the pack is for another market.
    """
    path = (directory or PACKS) / f"{market.value.lower()}.yaml"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: no policy pack for market {market.value} ({error.strerror}).") from None
    pack = _parse(path, raw)
    if pack.market is not market:
        raise SettingsError(f"{path}: is for market {pack.market.value}, not {market.value}. Correct its 'market'.")
    _check_texts(path, pack)
    _check_rules(path, pack)
    return pack


def _parse(path: Path, raw: bytes) -> PolicyPack:
    try:
        content: Any = yaml.safe_load(raw)
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: is not YAML ({str(error).splitlines()[0]}).") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{path}: should be a mapping with name, version, market, thresholds, texts, rules.")
    if "sha256" in content:
        raise SettingsError(f"{path}: 'sha256' is computed from the file. Remove it.")
    try:
        return PolicyPack(**content, sha256=hashlib.sha256(raw).hexdigest())
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(
            f"{path}: {problems}. Every key of assistant/policies/us.yaml is needed, no other."
        ) from None


def _check_texts(path: Path, pack: PolicyPack) -> None:
    texts = pack.texts
    _check_complete(path, "safety_follow_up", get_args(FollowUp), texts.safety_follow_up.keys())
    _check_complete(path, "handoff", get_args(HandOffReason), texts.handoff.keys())
    _check_complete(path, "decline", get_args(DeclineReason), texts.decline.keys())
    for key, text in _flat("texts", texts.model_dump()):
        if not text.strip():
            raise SettingsError(f"{path}: {key} is empty. Write the sentence to be shown.")
        try:
            names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError as error:
            raise SettingsError(f"{path}: {key} has an unreadable placeholder ({error}).") from None
        unknown = names - ALLOWED_PLACEHOLDERS
        if unknown:
            allowed = ", ".join(sorted(ALLOWED_PLACEHOLDERS))
            raise SettingsError(f"{path}: {key} uses {sorted(unknown)}; placeholders are {allowed}.")


def _check_rules(path: Path, pack: PolicyPack) -> None:
    """Each kind of finding belongs to exactly one rule, and each rule to this market."""
    named = [finding for rule in pack.rules for finding in rule.findings]
    twice = sorted({finding for finding in named if named.count(finding) > 1})
    if twice:
        raise SettingsError(f"{path}: {', '.join(twice)} stands in 'findings' of two rules. Leave it in one.")
    unknown = sorted(f for f in named if f.partition(":")[0] not in set(FindingKind))
    if unknown:
        raise SettingsError(f"{path}: findings {', '.join(unknown)}: kinds are {', '.join(FindingKind)}.")
    missing = [kind.value for kind in FindingKind if kind.value not in named]
    if missing:
        raise SettingsError(f"{path}: no rule has {', '.join(missing)} in its 'findings'. Name each under one rule.")
    ids = [rule.id for rule in pack.rules]
    for rule in pack.rules:
        if ids.count(rule.id) > 1:
            raise SettingsError(f"{path}: rule {rule.id} stands there twice. Give each its own id.")
        if pack.market not in rule.markets:
            raise SettingsError(f"{path}: rule {rule.id} is not for {pack.market.value}. Correct its 'markets'.")


def _check_complete(path: Path, key: str, needed: Iterable[str], present: Collection[str]) -> None:
    missing = [name for name in needed if name not in present]
    if missing:
        raise SettingsError(f"{path}: texts.{key} lacks {', '.join(missing)}. Write a sentence for each.")


def _flat(prefix: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in _flat(f"{prefix}.{key}", inner)]
    return [(prefix, str(value))]
