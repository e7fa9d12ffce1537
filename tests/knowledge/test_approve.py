import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import knowledge
from knowledge.approve import approve, bind
from knowledge.errors import NotApproved
from knowledge.types import Audience, Market
from tests.knowledge.documents import NOW, VALID_FROM, veltrano

TERMS = {
    "approver": "reviewer",
    "mlr_id": "MLR-1",
    "market": Market.US,
    "audience": Audience.HCP,
    "valid_from": VALID_FROM,
    "approved_at": NOW,
}


def test_an_approval_is_bound_to_the_files_hash():
    document = veltrano()
    approved = approve(document, **TERMS)
    assert approved.approval.source_sha256 == document.source_sha256
    assert approved.approval.approval_id.startswith("approval_")


@pytest.mark.parametrize(
    ("term", "value", "told"),
    [
        ("approver", "  ", "approver"),
        ("mlr_id", "", "MLR id"),
        ("market", Market.EU, "US document"),
        ("valid_until", VALID_FROM, "not after"),
        ("valid_until", VALID_FROM - timedelta(days=1), "not after"),
        ("valid_from", datetime(2026, 1, 1), "no time zone"),  # noqa: DTZ001 - the case
    ],
)
def test_what_is_missing_or_contradicts_the_document_is_refused(term, value, told):
    with pytest.raises(NotApproved, match=told):
        approve(veltrano(), **{**TERMS, term: value})


def test_an_approval_given_for_other_bytes_does_not_fit():
    approval = approve(veltrano(), **TERMS).approval
    altered = veltrano().model_copy(update={"source_sha256": "f" * 64})
    with pytest.raises(NotApproved, match="not for this one"):
        bind(altered, approval)


def test_no_other_module_of_the_library_makes_an_approved_document():
    package = Path(knowledge.__file__).parent
    found = subprocess.run(
        ["grep", "-rlE", r"ApprovedDocument(\.model_construct|\.model_validate)?\(", "--include=*.py", str(package)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {Path(name).name for name in found} == {"approve.py", "types.py"}  # types.py: the class itself
