// The approved document beside the chat, at the passage that was cited.

import { button, h, icon } from "./dom.js";

export class Panel {
  constructor(host, api) {
    this.host = host;
    this.api = api;
    this.title = h("h2", { id: "panel-title", tabindex: -1 }, "Approved document");
    this.where = h("p", { class: "where" });
    this.newTab = h("a", { class: "tool", target: "_blank", rel: "noopener", "aria-label": "Open in a new tab", title: "Open in a new tab" }, icon("open"));
    this.frame = h("iframe", { title: "Approved document" });
    this.element = h("aside", { class: "panel", "aria-labelledby": "panel-title", hidden: true, onkeydown: (event) => {
      if (event.key === "Escape") this.close();
    } }, h("div", { class: "head" }, h("div", { class: "names" }, this.title, this.where), this.newTab,
      button("", { class: "tool", "aria-label": "Close the document", title: "Close", onclick: () => this.close() }, icon("close"))), this.frame);
    this.listen = (event) => {
      if (event.source === this.frame.contentWindow && event.data?.kind === "hcp-document-close") this.close();
    };
  }

  address(documentId, version) {
    return this.api.page(`/documents/${encodeURIComponent(documentId)}/${encodeURIComponent(version)}`);
  }

  /** Open a document at the cited passage. */
  cite(citation) {
    const address = `${this.address(citation.document_id, citation.version)}?start=${citation.start}&end=${citation.end}#passage`;
    this.#open(address, citation.title, citation.section.replaceAll(" > ", " › "));
  }

  /** Open a whole document. */
  label(label) {
    this.#open(this.address(label.document_id, label.version), label.title, `Version ${label.version}`);
  }

  close() {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.host.removeAttribute("data-panel");
    window.removeEventListener("message", this.listen);
    this.frame.removeAttribute("src");
    this.opener?.focus();
  }

  #open(address, title, where) {
    this.opener = this.host.shadowRoot.activeElement ?? this.opener;
    this.title.textContent = title;
    this.where.textContent = where;
    this.newTab.href = address;
    const frame = this.frame.cloneNode(); // a new one each time leaves no trace in the browser's history
    frame.src = address;
    this.frame.replaceWith(frame);
    this.frame = frame;
    this.element.hidden = false;
    this.host.setAttribute("data-panel", "open");
    window.addEventListener("message", this.listen);
    this.title.focus({ preventScroll: true });
  }
}
