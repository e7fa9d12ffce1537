"""The library's exceptions.

KnowledgeError
├── DocumentError        this file cannot go in (permanent; the rest of the batch does)
│   ├── UnreadableDocument   malformed, truncated, unknown format
│   └── HostileDocument      entity bomb, external entity, zip bomb, path traversal, too large
├── NotApproved          no (live) approval for this document version
├── UnknownDocument      no such document or version
└── IndexUnavailable     an index cannot be opened or read (transient; rebuild it)
"""

from __future__ import annotations


class KnowledgeError(Exception):
    """Anything the library refuses or cannot do; the message names the value and the way out."""


class DocumentError(KnowledgeError):
    """This file cannot go in; the message names the file and what to do."""


class UnreadableDocument(DocumentError):
    """Malformed, truncated or of a format we do not read."""


class HostileDocument(DocumentError):
    """Built to harm (entity bomb, zip bomb, path traversal) or far too large."""


class NotApproved(KnowledgeError):
    """The document version has no live approval for what was asked."""


class UnknownDocument(KnowledgeError):
    """No such document, version, section or passage."""


class IndexUnavailable(KnowledgeError):
    """A derived index cannot be used; `hcp knowledge rebuild` makes it anew."""
