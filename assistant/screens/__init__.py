"""Screens: one file each, all looking at the same masked message, none knowing the others."""

from __future__ import annotations

from assistant.screens.comparator import ComparatorScreen
from assistant.screens.emergency import EmergencyScreen
from assistant.screens.message import Reader, Screen, ScreenInput
from assistant.screens.misuse import MisuseScreen
from assistant.screens.personal_data import find
from assistant.screens.personal_direction import PersonalDirectionScreen
from assistant.screens.safety import SafetyScreen
from assistant.screens.scope import ScopeScreen
from assistant.types import Scope

__all__ = ["Reader", "Screen", "ScreenInput", "default_screens"]

_FIRST = "my pt Ada Roe had a rash on day 2 - worse than with placebo? book a table"


def default_screens(reader: Reader | None = None) -> tuple[Screen, ...]:
    """All screens that look at the message alone. Off-label use is judged later, part by part, against the label.

    With a reader, fitted models look beside the rules; without one the rules stand alone.
    Word lists are read and patterns compiled here (under a second), so that no HCP waits for it.
    """
    screens: tuple[Screen, ...] = (
        EmergencyScreen(),
        PersonalDirectionScreen(),
        ComparatorScreen(),
        ScopeScreen(reader),  # those that read last: the text is read meanwhile
        SafetyScreen(reader),
        MisuseScreen(reader),
    )
    find(_FIRST)
    for screen in screens:
        screen.look(ScreenInput(text=_FIRST, scope=Scope(), product_names=()))
    return screens
