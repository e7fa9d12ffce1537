"""The medical response document that an MSL writes, signs and sends.

Sections follow the consensus template of medical-information response documents (RULES.md row 13) and hold what an
answer to an unsolicited off-label request must travel with (RULES.md row 1).
"""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from assistant.types import Citation, DocumentLink
from knowledge.types import Value


class Signature(Value):
    """An electronic signature with its meaning (21 CFR 11.50), bound to what was signed."""

    signer: str  # pseudonym of the token or identity
    name: str  # as typed when signing
    meaning: str  # "I have reviewed this response and am responsible for its content."
    signed_at: datetime
    content_sha256: str  # of the document without its signature, as canonical JSON


class ResponseDocument(Value):
    """A response in its sections; "[2]" in a text points at the second reference. Empty sections are left out."""

    request: str = ""  # restated
    summary: str = ""
    not_approved: str = ""  # that the use asked about is not approved, where it is not
    indications: str = ""  # verbatim from the label
    safety_information: str = ""  # boxed warning first, verbatim from the label
    background: str = ""
    search_method: str = ""
    results: str = ""
    guidelines: str = ""
    references: tuple[Citation, ...] = Field(default=(), max_length=60)
    label: DocumentLink | None = None
    expires_on: date | None = None
    signature: Signature | None = None
