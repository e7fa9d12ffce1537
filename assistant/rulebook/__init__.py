"""Try a market's rules: each example of each rule, as a whole turn on the demo library."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.policy import Example, PolicyPack, Rule
from assistant.records import Interaction
from assistant.say import plain_text
from assistant.types import FindingKind
from knowledge.types import Value

TakeTurn = Callable[[str], Interaction]
"""Takes a message as a turn of its own, in the pack's market."""


class Trial(Value):
    """One example, and what was wrong with what became of it; nothing where it held."""

    rule: str
    citation: str
    is_forbidden: bool
    says: str
    problems: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the example came out as the rule asks."""
        return not self.problems


def try_rules(pack: PolicyPack, take_turn: TakeTurn, only: str | None = None) -> tuple[Trial, ...]:
    """Each allowed and forbidden example of the pack's rules, or of one; whatever raises is a problem."""
    rules = (pack.rule(only),) if only else pack.rules
    return tuple(trial for rule in rules for trial in _try(rule, take_turn))


def _try(rule: Rule, take_turn: TakeTurn) -> Iterator[Trial]:
    for examples, is_forbidden in ((rule.allowed, False), (rule.forbidden, True)):
        for example in examples:
            yield Trial(
                rule=rule.reference,
                citation=rule.citation,
                is_forbidden=is_forbidden,
                says=example.says,
                problems=_problems(rule, example, take_turn, is_forbidden=is_forbidden),
            )


def _problems(rule: Rule, example: Example, take_turn: TakeTurn, *, is_forbidden: bool) -> tuple[str, ...]:
    try:
        turn = take_turn(example.says)
    except Exception as error:  # noqa: BLE001 - a turn that breaks is what a rule test has to tell
        return (f"the turn failed: {type(error).__name__}: {error}",)
    found = [f"{f.kind}:{f.detail}" for f in turn.screening.findings if f.rule == rule.reference]
    became = tuple(outcome.kind for outcome in turn.reply.outcomes)
    shown = plain_text(turn.reply)
    recorded = f"{shown}\n{turn.question.text}"
    problems = []
    if became != example.outcomes:
        problems.append(f"became {', '.join(became)}, not {', '.join(example.outcomes)}")
    if is_forbidden and not found and any(kind != FindingKind.SCREEN_FAILED for kind in rule.findings):
        problems.append("no finding names the rule")
    if not is_forbidden and found:
        problems.append(f"was found to be {', '.join(found)}")
    problems += [f"does not show {words!r}" for words in example.shows if words.lower() not in shown.lower()]
    problems += [f"shows or keeps {words!r}" for words in example.hides if words.lower() in recorded.lower()]
    return tuple(problems)
