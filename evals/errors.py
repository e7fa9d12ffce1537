"""The evaluations' exceptions.

EvalError
├── SuiteError     a suite, or a result file, cannot be read (names file, line, field)
└── LibraryError   a throwaway library cannot be built from the folder
"""

from __future__ import annotations


class EvalError(Exception):
    """Anything an evaluation refuses; the message names the value and the way out."""


class SuiteError(EvalError):
    """A suite or a result file is wrong; the message names file, line and field."""


class LibraryError(EvalError):
    """No library can be built from this folder."""
