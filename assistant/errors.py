"""The assistant's exceptions, split by what to do next.

AssistantError
├── SettingsError      a setting is unknown, missing or out of bounds (fix it, then start again)
├── NotFound           no such interaction, case, conversation
├── Conflict           someone else was first (read again, then decide)
├── NotRecorded        a turn could not be written: nothing may be answered
├── TransientError     try again later
├── PermanentError     trying again will not help
└── MailUncertain      a mail may have gone out or not: trying again might send it twice
"""

from __future__ import annotations


class AssistantError(Exception):
    """Anything the assistant refuses or cannot do; the message names the value and the way out."""


class SettingsError(AssistantError):
    """A setting is unknown, missing or out of bounds."""


class NotFound(AssistantError):
    """No such interaction, case or conversation."""


class Conflict(AssistantError):
    """Someone else changed it first."""


class NotRecorded(AssistantError):
    """A turn could not be written; it must not be answered (21 CFR Part 11)."""


class TransientError(AssistantError):
    """May succeed when tried again."""


class PermanentError(AssistantError):
    """Will not succeed however often it is tried."""


class MailUncertain(AssistantError):
    """A mail may have gone out or not; only a person may send it again."""
