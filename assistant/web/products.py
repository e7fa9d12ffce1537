"""The products an HCP may ask about, each with starter questions on topics its own label has."""

from __future__ import annotations

from fastapi import APIRouter

from assistant.web.services import Given
from knowledge.types import Audience, Market, Partition, ProductNames

router = APIRouter(prefix="/v1/products", tags=["products"])
STARTERS_SHOWN = 4

# Generic questions by label section: on-label by construction, and the same for every product, so that the
# firm never introduces a topic of its own (FDA draft guidance on unsolicited requests, RULES.md row 1).
STARTERS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("dosage_and_administration",), "What is the recommended dosage?"),
    (("contraindications",), "What are the contraindications?"),
    (("adverse_reactions", "clinical_trials_experience"), "What are the most common adverse reactions?"),
    (("drug_interactions",), "Which drug interactions does the label describe?"),
    (("warnings_and_cautions", "warnings", "precautions"), "What are the warnings and precautions?"),
    (("how_supplied", "storage_and_handling"), "How is it supplied and stored?"),
)


@router.get("", summary="Products to ask about")
def products(services: Given, market: Market | None = None) -> tuple[ProductNames, ...]:
    """The products that have a document in force for HCPs in a market (the portal's when not given)."""
    where = market or services.settings.web.market
    found = services.knowledge.products(where, Audience.HCP, services.clock.now())
    return tuple(sorted(found, key=lambda names: names.product.casefold()))


@router.get("/starters", summary="Starter questions")
def starters(services: Given, product: str, market: Market | None = None) -> tuple[str, ...]:
    """Questions to begin with: generic ones, and only on topics that the product's label has a section for."""
    where = market or services.settings.web.market
    partition = Partition(product=product, market=where, audience=Audience.HCP)
    effective = services.knowledge.effective(partition, services.clock.now())
    held = {section.field for approved in effective for section in approved.document.sections}
    return tuple(question for fields, question in STARTERS if held & set(fields))[:STARTERS_SHOWN]
