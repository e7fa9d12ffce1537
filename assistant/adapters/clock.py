"""Time and identity: the two things a turn cannot compute."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present moment, timezone-aware UTC."""
        return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """A new id such as `case_k3v5q0c7a2xy`: the prefix and 60 random bits in base 32."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(8))[:12].decode().lower()}"
