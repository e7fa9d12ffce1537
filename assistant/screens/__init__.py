"""Screens: one file each, all looking at the same masked message, none knowing the others."""

from __future__ import annotations

from assistant.screens.comparator import ComparatorScreen
from assistant.screens.emergency import EmergencyScreen
from assistant.screens.message import Screen, ScreenInput
from assistant.screens.misuse import MisuseScreen
from assistant.screens.personal_direction import PersonalDirectionScreen
from assistant.screens.safety import SafetyScreen
from assistant.screens.scope import ScopeScreen

__all__ = ["Screen", "ScreenInput", "default_screens"]


def default_screens() -> tuple[Screen, ...]:
    """All screens that look at the message alone. Off-label use is judged later, part by part, against the label."""
    return (
        EmergencyScreen(),
        SafetyScreen(),
        MisuseScreen(),
        PersonalDirectionScreen(),
        ComparatorScreen(),
        ScopeScreen(),
    )
