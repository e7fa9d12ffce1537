// The blocks of an answer as elements: statements, lists, tables, safety information, each word cited.

import { button, h } from "./dom.js";

const NEAR = "\u00a0"; // a mark never stands alone on a line

/** Draws blocks; `cite(number)` is called when a citation is pressed. `first` numbers the first citation. */
export class Blocks {
  constructor(citations, first, cite) {
    this.citations = citations;
    this.first = first;
    this.cite = cite;
  }

  draw(blocks) {
    return blocks.map((block) => this.#block(block));
  }

  #block(block) {
    const heading = block.heading && block.kind !== "safety_information" ? h("h3", {}, block.heading) : null;
    const lead = block.lead_in ? h("p", {}, this.#pieces([block.lead_in])) : null;
    if (block.kind === "table") return h("div", { class: "block" }, heading, lead, this.#table(block));
    if (block.kind === "list") {
      const items = block.items.map((item) => h("li", {}, this.#pieces([item])));
      return h("div", { class: "block" }, heading, lead, h("ul", {}, items));
    }
    if (block.kind === "safety_information") return h("div", { class: "block" }, block.pieces.map((piece) => this.#lines(piece)));
    return h("div", { class: "block" }, heading, h("p", {}, this.#pieces(block.pieces)));
  }

  /** A piece that runs over several lines of a list is laid out as that list. */
  #lines(piece) {
    const lines = piece.text.split("\n").map((line) => line.replace(/^•\s*/, ""));
    if (lines.length === 1) return h("p", {}, this.#pieces([piece]));
    const last = lines.length - 1;
    return h("ul", {}, lines.map((line, index) => h("li", {}, line, index === last ? [NEAR, this.mark(piece.citation)] : "")));
  }

  /** Sentences in order; neighbours from the same place share one mark. */
  #pieces(pieces) {
    return pieces.flatMap((piece, index) => {
      const next = pieces[index + 1];
      const last = !next || String(sources(next)) !== String(sources(piece));
      return [index ? " " : "", piece.text, last ? sources(piece).map((source) => [NEAR, this.mark(source)]) : ""];
    });
  }

  mark(index) {
    const citation = this.citations[index];
    const number = this.first + index;
    const name = `Citation ${number}: ${citation.section}. Open the document at this passage.`;
    return button(`[${number}]`, { class: "cite", "aria-label": name, title: citation.section, onclick: () => this.cite(citation) });
  }

  #table(block) {
    const caption = block.caption ? h("caption", {}, this.#pieces([block.caption])) : null;
    const head = block.header.length ? h("thead", {}, headerRows(block.header)) : null;
    const width = Math.max(1, ...block.rows.map((row) => row.cells.length), ...block.header.map((row) => row.length));
    const body = h("tbody", {}, block.rows.map((row) => this.#row(row, width)));
    const notes = block.footnotes.map((note) => h("p", {}, this.#pieces([note])));
    return h("div", { class: "table" },
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": block.caption?.text ?? (block.heading || "Table") },
        h("table", {}, caption, head, body)),
      notes.length ? h("div", { class: "footnotes" }, notes) : null);
  }

  #row(row, width) {
    if (row.is_group) {
      const text = row.cells.find((cell) => cell) ?? "";
      return h("tr", { class: "group" }, h("th", { scope: "colgroup", colspan: width }, text, NEAR, this.mark(row.citation)));
    }
    const last = row.cells.length - 1;
    return h("tr", {}, row.cells.map((cell, column) => {
      const mark = column === last ? [NEAR, this.mark(row.citation)] : [];
      return column === 0 && last > 0 ? h("th", { scope: "row" }, cell) : h("td", {}, cell, mark);
    }));
  }
}

/** The citations a piece rests on: one, or several where a sentence was reworded. */
export function sources(piece) {
  return [piece.citation, ...(piece.further ?? [])];
}

/** Header rows; equal neighbours are one spanning cell, as the document has them. */
function headerRows(rows) {
  const covered = rows.map((row) => row.map(() => false));
  return rows.map((row, r) => h("tr", {}, row.map((text, c) => {
    if (covered[r][c]) return null;
    let columns = 1;
    const spans = (x) => row[x] === text || (row[x] === "" && rows.slice(r + 1).some((below) => below[x]));
    while (text && c + columns < row.length && spans(c + columns) && !covered[r][c + columns]) columns += 1;
    let tall = 1;
    while (text && r + tall < rows.length && rows[r + tall].slice(c, c + columns).every((below) => below === text)) tall += 1;
    for (let y = r; y < r + tall; y += 1) for (let x = c; x < c + columns; x += 1) covered[y][x] = true;
    return h("th", { scope: columns > 1 ? "colgroup" : "col", colspan: columns > 1 && columns, rowspan: tall > 1 && tall }, text);
  })));
}
