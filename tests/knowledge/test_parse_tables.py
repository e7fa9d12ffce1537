"""Table markup becomes rows and columns: headers, groups, spans and footnotes told apart."""

from __future__ import annotations

from lxml import etree

from knowledge.parse.drafts import Grid, Text
from knowledge.parse.tables import read_table


def table(inner: str) -> list[Grid | Text]:
    return read_table(etree.fromstring(f"<table>{inner}</table>"))


def texts(row) -> list[str]:
    return [cell.text for cell in row.cells]


def test_a_cell_spanning_rows_stands_in_each_of_them():
    (grid,) = table(
        "<tbody><tr><td rowspan='2'>Gout</td><td>First</td></tr><tr><td>Second</td></tr>"
        "<tr><td>Flu</td><td>Any</td></tr></tbody>"
    )
    assert [texts(row) for row in grid.rows] == [["Gout", "First"], ["Gout", "Second"], ["Flu", "Any"]]
    assert [cell.began_above for cell in grid.rows[1].cells] == [True, False]
    assert [cell.column for cell in grid.rows[1].cells] == [0, 1]


def test_a_row_with_a_label_alone_heads_the_rows_below_it():
    (grid,) = table(
        "<thead><tr><th>Reaction</th><th>A</th></tr></thead><tbody><tr><td colspan='2'>Skin</td></tr>"
        "<tr><td>Rash</td><td>5</td></tr><tr><td>Eye</td><td/></tr><tr><td>Pain</td><td>7</td></tr></tbody>"
    )
    assert [(row.is_group, row.group) for row in grid.rows] == [(True, None), (False, 0), (True, None), (False, 2)]


def test_headers_without_thead_are_known_by_bold_or_by_missing_labels_or_group_sizes():
    bold = "<td><content styleCode='bold'>{}</content></td>"
    (grid,) = table(
        f"<tbody><tr>{bold.format('Drug')}{bold.format('Advice')}</tr><tr><td>A</td><td>Stop</td></tr></tbody>"
    )
    assert [texts(row) for row in grid.header] == [["Drug", "Advice"]]
    (grid,) = table("<tbody><tr><td/><td>Drug 5 mg</td></tr><tr><td>Rash</td><td>5</td></tr></tbody>")
    assert [texts(row) for row in grid.header] == [["Drug 5 mg"]]
    (grid,) = table("<tbody><tr><td>Event</td><td>Drug 5 mg N = 12</td></tr><tr><td>Rash</td><td>5</td></tr></tbody>")
    assert len(grid.header) == 1


def test_footnotes_come_from_elements_foot_and_trailing_rows_and_keep_their_marks():
    (grid,) = table(
        """<tbody><tr><td>Rash<footnote ID='f'>Any grade</footnote></td><td>5</td></tr>
        <tr><td>Pain<footnoteRef IDREF='f'/></td><td>6</td></tr><tr><td colspan='2'>CI: interval</td></tr></tbody>
        <tfoot><tr><td>NR: not reached</td></tr></tfoot>"""
    )
    assert [texts(row) for row in grid.rows] == [["Rash*", "5"], ["Pain*", "6"]]
    assert grid.footnotes == ("CI: interval", "NR: not reached", "* Any grade")


def test_a_box_around_text_is_no_table():
    assert table("<tbody><tr><td><paragraph>WARNING</paragraph><list><item>Death</item></list></td></tr></tbody>") == [
        Text("WARNING"),
        Text("Death", 1),
    ]


def test_a_raised_figure_does_not_run_into_the_figure_before_it():
    (grid,) = table(
        "<tbody><tr><td>Cells</td><td>10<sup>9</sup>/L</td></tr><tr><td>C<sub>max</sub></td><td>1</td></tr></tbody>"
    )
    assert [texts(row) for row in grid.rows] == [["Cells", "10 9/L"], ["Cmax", "1"]]
