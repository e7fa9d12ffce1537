"""How an extractive answer is put together from retrieved passages: terms, ranking, choice, layout, citations."""
