from datetime import date, timedelta

import pytest

from knowledge.standing import Standing, natural, status
from knowledge.types import Approval, Audience, DocumentKind, DocumentStatus, Market, ProductNames
from tests.knowledge.documents import NOW, VALID_FROM


def standing(version="1", **more):
    approval = {
        "approval_id": f"approval_{version}_{len(more)}",
        "source_sha256": "0" * 64,
        "approver": "reviewer",
        "mlr_id": "MLR-1",
        "market": Market.US,
        "audience": Audience.HCP,
        "valid_from": VALID_FROM,
        "approved_at": VALID_FROM,
        **more,
    }
    return Standing(
        approval=Approval(**approval),
        document_id="veltrano-us",
        version=version,
        kind=DocumentKind.PRESCRIBING_INFORMATION,
        names=ProductNames(product="Veltrano"),
        effective_on=date(2026, 1, 1),
    )


def at_noon(one, *others, days=0):
    return status(one, (one, *others), NOW + timedelta(days=days))


def test_it_is_effective_within_its_dates_and_not_outside():
    one = standing(valid_until=NOW + timedelta(days=2))
    assert at_noon(one) is DocumentStatus.EFFECTIVE
    assert at_noon(one, days=2) is DocumentStatus.EXPIRED
    assert at_noon(one, days=-400) is DocumentStatus.APPROVED


def test_a_newer_version_replaces_it_from_the_day_it_is_valid():
    old, new = standing("9"), standing("10", valid_from=NOW + timedelta(days=1))
    assert at_noon(old, new) is DocumentStatus.EFFECTIVE
    assert at_noon(old, new, days=1) is DocumentStatus.SUPERSEDED
    assert at_noon(new, old, days=1) is DocumentStatus.EFFECTIVE


def test_an_older_version_approved_later_does_not_replace_a_newer_one():
    newer, older = standing("38"), standing("11", approved_at=NOW, valid_from=NOW - timedelta(days=1))
    assert at_noon(newer, older) is DocumentStatus.EFFECTIVE
    assert at_noon(older, newer) is DocumentStatus.SUPERSEDED


def test_withdrawn_is_withdrawn_whenever_it_is_asked_about():
    one = standing(withdrawn_at=NOW)
    assert at_noon(one, days=-30) is DocumentStatus.WITHDRAWN


def test_withdrawing_the_newer_does_not_bring_the_older_back():
    old, new = standing("1"), standing("2", withdrawn_at=NOW)
    assert at_noon(old, new) is DocumentStatus.SUPERSEDED


def test_a_newer_version_withdrawn_before_its_day_replaced_nothing():
    old, new = standing("1"), standing("2", valid_from=NOW, withdrawn_at=NOW - timedelta(days=1))
    assert at_noon(old, new, days=1) is DocumentStatus.EFFECTIVE


def test_going_back_works_by_approving_the_older_version_again():
    withdrawn = standing("2", withdrawn_at=NOW - timedelta(days=1))
    again = standing("1", approved_at=NOW, valid_from=NOW)
    assert at_noon(again, withdrawn) is DocumentStatus.EFFECTIVE


@pytest.mark.parametrize(("field", "value"), [("market", Market.EU), ("audience", Audience.MEDICAL)])
def test_another_market_or_audience_replaces_nothing(field, value):
    assert at_noon(standing("1"), standing("2", **{field: value})) is DocumentStatus.EFFECTIVE


def test_versions_are_compared_as_people_count():
    assert sorted(["10", "9", "1.10", "1.2", "2"], key=natural) == ["1.2", "1.10", "2", "9", "10"]
