from __future__ import annotations

from assistant.types import Role
from assistant.web.document_view import Layout
from knowledge.types import Audience, DocumentStatus, Market, Partition, Span


def label(services, market=Market.US):
    partition = Partition(product="Nelvoris", market=market, audience=Audience.HCP)
    return services.knowledge.effective(partition, services.clock.now())[0].document


def shown(blocks):
    """All text of laid-out blocks."""
    for block in blocks:
        if block.kind == "paragraph":
            yield from block.runs
        elif block.kind == "list":
            yield from (run for item in block.items for run in item)
        else:
            yield from block.caption
            yield from (run for row in (*block.header, *block.rows) for cell in row.cells for run in cell.runs)
            yield from (run for note in block.footnotes for run in note)


def letters(text):
    return "".join(c for c in text if c.isalnum())


def test_every_word_of_the_document_is_shown_once_and_in_order(services):
    for market in (Market.US, Market.EU):
        document = label(services, market)
        laid_out = ""
        for section in Layout(document).sections():
            laid_out += section.number + section.heading + "".join(r.text for r in shown(section.blocks))
        assert letters(laid_out) == letters(document.text)


def test_the_marked_runs_are_exactly_the_passage(services):
    document = label(services)
    spans = [(u.start, u.end) for u in document.units] + [(t.start, t.end) for t in document.tables]
    for start, end in spans:
        layout = Layout(document, Span(start=start, end=end))
        marked = [r for s in layout.sections() for r in shown(s.blocks) if r.is_marked]
        assert letters("".join(r.text for r in marked)) == letters(document.text[start:end])
        assert sum(r.is_first_mark for r in marked) == 1


def test_a_spanning_cell_stands_once_and_covers_its_rows(services):
    document = label(services)
    for section in Layout(document).sections():
        for table in (b for b in section.blocks if b.kind == "table"):
            for part in (table.header, table.rows):
                covered = sum(c.columns * c.rows for row in part for c in row.cells)
                assert covered % len(part) == 0 if part else covered == 0


def test_a_citation_opens_as_the_exact_characters_with_its_section_and_approval(client, ask):
    (answer,) = ask("dose?")["reply"]["outcomes"]
    for citation in answer["citations"]:
        where = {"start": citation["start"], "end": citation["end"]}
        path = f"/v1/documents/{citation['document_id']}/versions/{citation['version']}"
        view = client.get(path, params=where).json()
        assert view["highlight"]["text"] == citation["quote"]
        assert view["highlight"]["section"]["heading"] in citation["section"]
        assert view["is_effective"] is True
        assert view["approval"]["approval_id"] == citation["approval_id"]


def test_the_page_marks_the_passage_and_escapes_the_text(client, ask):
    (answer,) = ask("table?")["reply"]["outcomes"]
    citation = answer["citations"][1]
    where = f"start={citation['start']}&end={citation['end']}"
    page = client.get(f"/documents/{citation['document_id']}/{citation['version']}?{where}")
    assert page.status_code == 200
    assert '<mark id="passage"' in page.text
    assert "<script>" not in page.text
    assert " style=" not in page.text


def test_offsets_outside_the_text_are_refused(client, services):
    document = label(services)
    path = f"/v1/documents/{document.document_id}/versions/{document.version}"
    for where in ({"start": 5}, {"start": 9, "end": 9}, {"start": 0, "end": len(document.text) + 1}):
        response = client.get(path, params=where)
        assert (response.status_code, response.json()["code"]) == (422, "no_such_passage")
    assert client.get(path, params={"start": -1, "end": 10**30}).status_code == 422


def test_a_medical_document_does_not_exist_for_an_hcp_but_opens_for_staff(client, services, as_role):
    medical = next(s for s in services.knowledge.summaries() if s.audience is Audience.MEDICAL)
    path = f"/v1/documents/{medical.document_id}/versions/{medical.version}"
    assert client.get(path).status_code == 404
    assert client.get(path, headers=as_role(Role.MSL)).status_code == 200


def test_what_is_no_longer_in_force_is_not_shown_to_an_hcp(client, services, monkeypatch, as_role):
    document = label(services)
    monkeypatch.setattr(type(services.knowledge), "is_effective", lambda *_: False)
    path = f"/v1/documents/{document.document_id}/versions/{document.version}"
    response = client.get(path)
    assert (response.status_code, response.json()["code"]) == (410, "not_in_force")
    assert client.get(path, headers=as_role(Role.MSL)).json()["is_effective"] is False


def test_an_unknown_document_is_not_found_as_json_and_as_a_page(client):
    assert client.get("/v1/documents/none/versions/1").json()["code"] == "unknown_document"
    page = client.get("/documents/none/1")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")


def test_products_and_their_starter_questions_come_from_the_labels_in_force(client):
    (product,) = client.get("/v1/products").json()
    assert product["product"] == "Nelvoris"
    starters = client.get("/v1/products/starters", params={"product": "Nelvoris"}).json()
    assert "What is the recommended dosage?" in starters
    assert client.get("/v1/products/starters", params={"product": "Zzyzx"}).json() == []


def test_the_catalog_is_for_those_who_keep_the_content(client, services, as_role):
    assert client.get("/v1/knowledge").status_code == 401
    assert client.get("/v1/knowledge", headers=as_role(Role.MSL)).status_code == 403
    catalog = client.get("/v1/knowledge", headers=as_role(Role.CONTENT)).json()
    assert len(catalog["documents"]) == len(services.knowledge.summaries())
    assert {d["status"] for d in catalog["documents"]} <= {s.value for s in DocumentStatus}
