"""Fill an empty library with the demo documents of one market, so that its rules can be tried."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from assistant.bootstrap import Services
from assistant.demo import DOCUMENTS
from knowledge.types import Audience, Market

_OWN = {
    Market.US: "nelvoris-us-prescribing-information.xml",
    Market.EU: "nelvoris-eu-product-information.xml",
}
_STAND_IN = Market.EU  # whose document is tried where a market has none of its own
_REALM = '<realmCode code="{}"/>'
_VALID_FROM = datetime(2026, 1, 1, tzinfo=UTC)


def stock(services: Services, market: Market, folder: Path) -> None:
    """Approve and index the market's demo label; a market without one gets the stand-in, marked as its own."""
    held = services.knowledge
    path = DOCUMENTS / _OWN.get(market, _OWN[_STAND_IN])
    if market not in _OWN:
        content = path.read_text(encoding="utf-8").replace(_REALM.format(_STAND_IN.value), _REALM.format(market.value))
        path = folder / f"nelvoris-{market.value.lower()}.xml"
        path.write_text(content, encoding="utf-8")
    held.add([path])
    for summary in held.summaries():
        held.approve(
            summary.document_id,
            summary.version,
            approver="policy-test",
            mlr_id="MLR-POLICY-TEST",
            market=market,
            audience=Audience.HCP,
            valid_from=_VALID_FROM,
            valid_until=None,
        )
    held.index_pending()
