"""First step of a turn: masks personal data, then lets every screen look at what is left."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache

from assistant.screens import Screen, ScreenInput
from assistant.screens.personal_data import find, mask
from assistant.types import Finding, FindingKind, Question, Screening
from assistant.understanding.spelled import spelled_out
from knowledge.types import ProductNames

_log = logging.getLogger(__name__)


ReadAhead = Callable[[str], None]
"""Begins to read a text that the fitted models will be asked about."""


def leave(_text: str) -> None:
    """Reads nothing ahead."""


def screen(
    question: Question,
    screens: Sequence[Screen],
    product_names: Sequence[str],
    in_view: ProductNames | None = None,
    read_ahead: ReadAhead = leave,
) -> Screening:
    """Mask personal data in a question and collect what the screens find in the masked text.

    `in_view` is the product the conversation is about: its names are not read to the fitted models.
    `read_ahead` is told what will be read to them.
    Never raises: a screen that fails becomes a SCREEN_FAILED finding and the others still look. When masking
    fails nothing is passed on: the text is empty, so that no raw word reaches a later step (45 CFR 164.514(b)(2)).
    """
    names = _lower(tuple(product_names))
    try:
        personal = find(question.text, names)
        redacted = mask(question.text, personal)
        spelled = spelled_out(redacted, in_view)
        read_ahead(spelled)
    except Exception as error:  # noqa: BLE001 - whatever fails, the raw text must not go on
        return Screening(redacted="", findings=(_failed("personal_data", error),))
    message = ScreenInput(text=redacted, scope=question.scope, product_names=names, spelled=spelled)
    findings = list(personal)
    for one in screens:
        try:
            findings.extend(one.look(message))
        except Exception as error:  # noqa: BLE001 - one broken screen must not silence the others
            findings.append(_failed(one.name, error))
    return Screening(redacted=redacted, findings=tuple(findings))


@lru_cache(maxsize=16)  # every message brings all names of the library
def _lower(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def _failed(name: str, error: Exception) -> Finding:
    # The message of the error may hold words of the question: only its type is logged.
    _log.error("screen %s failed: %s", name, type(error).__name__)
    return Finding(kind=FindingKind.SCREEN_FAILED, detail=name, start=0, end=0, found_by=f"{name}@1", confidence=1)
