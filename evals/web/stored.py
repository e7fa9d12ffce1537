"""The stored runs and verdicts of a service, with what goes wrong as a problem its client understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from assistant.errors import NotFound
from assistant.web.problems import Refused
from assistant.web.services import Services
from evals.errors import EvalError
from evals.store.judgements import Judgements
from evals.store.place import store_folder
from evals.store.runs import RunStore, UnknownRun

T = TypeVar("T")


def store_of(services: Services) -> RunStore:
    """The runs kept beside the service's database."""
    return RunStore(store_folder(services.settings))


def judgements_of(services: Services) -> Judgements:
    """The verdicts people gave."""
    return Judgements(store_folder(services.settings))


def found(read: Callable[[], T]) -> T:
    """What `read` gives. Raises NotFound for a run that is not stored, Refused (409) for one that cannot be read."""
    try:
        return read()
    except UnknownRun as error:
        raise NotFound(str(error)) from None
    except EvalError as error:
        raise Refused(409, "not_readable", str(error)) from None
