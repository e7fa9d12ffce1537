// The reply editor: sections, references picked from approved documents, draft, preview, signature.
// What is typed is kept in this browser until it is sent; a conflict shows both texts and loses neither.

import { act, call, say } from "./calls.js";

const SECTIONS = ["request", "summary", "not_approved", "indications", "safety_information", "background", "search_method", "results", "guidelines"];

export class Editor {
  constructor(live) {
    this.live = live;
    this.form = document.getElementById("editor");
    this.response = JSON.parse(document.getElementById("response").textContent);
    this.references = this.response.references;
    this.key = `hcp-draft ${live.dataset.case}`;
    this.#recall();
    this.#showReferences();
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => {
      this.touched = true;
      this.keepLocally();
    });
    this.form.addEventListener("focusin", (event) => {
      if (event.target.matches("textarea")) this.written = event.target;
    });
    document.getElementById("find-now").addEventListener("click", () => this.#find());
    document.getElementById("find").addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        this.#find();
      }
    });
  }

  does(name) {
    return ["draft", "preview", "reply", "use-mine", "use-theirs"].includes(name);
  }

  async press(name, button) {
    if (name === "use-mine" || name === "use-theirs") return this.#settled(name === "use-mine");
    button.disabled = true;
    const body = { seen: Number(this.live.dataset.seen), response: this.#written() };
    if (name === "reply") body.signed_as = this.form.elements.signed_as.value;
    const done = await act(this.live.dataset.case, name, body);
    button.disabled = false;
    if (!done.ok) return this.#refused(done, body.response);
    if (name === "preview") return this.#preview(done.body);
    this.live.dataset.seen = done.body.events.length;
    localStorage.removeItem(this.key);
    this.touched = false;
    say(name === "reply" ? "Signed and sent." : "Draft kept.");
    if (name === "reply") location.assign(location.pathname); // from the top: the reply is sent
    return undefined;
  }

  /** Keep what is written in this browser, in case the page goes away. */
  keepLocally() {
    if (!this.touched) return;
    localStorage.setItem(this.key, JSON.stringify({ fields: this.#fields(), references: this.references, base: this.live.dataset.seen }));
  }

  #recall() {
    const kept = JSON.parse(localStorage.getItem(this.key) ?? "null");
    if (!kept) return;
    for (const [name, text] of Object.entries(kept.fields)) if (this.form.elements[name]) this.form.elements[name].value = text;
    this.references = kept.references;
    this.touched = true;
    say("What you wrote here before and did not keep is back.");
  }

  #fields() {
    return Object.fromEntries([...SECTIONS, "expires_on"].map((name) => [name, this.form.elements[name].value]));
  }

  #written() {
    const { expires_on: until, ...sections } = this.#fields();
    const places = this.references.map(({ document_id, version, start, end }) => ({ document_id, version, start, end }));
    return { ...sections, expires_on: until || null, references: places, label: this.response.label };
  }

  async #find() {
    const list = document.getElementById("found");
    const text = document.getElementById("find").value.trim();
    if (text.length < 2) return;
    const found = await call(`/v1/cases/${encodeURIComponent(this.live.dataset.case)}/passages?q=${encodeURIComponent(text)}`);
    if (!found.ok) return say(found.problem.detail, "bad");
    const lines = found.body.passages.map((passage) => this.#passage(passage));
    list.replaceChildren(...(lines.length ? lines : [element("li", {}, "Nothing was found. Try other words.")]));
    list.querySelector("button")?.focus();
    return undefined;
  }

  #passage(passage) {
    const cite = element("button", { type: "button" }, "Cite this");
    cite.addEventListener("click", () => this.#cite(passage));
    const tag = element("span", { class: "tag" }, passage.audience === "medical" ? "medical staff" : "HCPs");
    return element("li", {}, element("strong", {}, passage.section.replaceAll(" > ", " › ")), " ",
      element("span", { class: "small" }, passage.title), " ", tag, element("p", { tabindex: "0" }, passage.text), cite);
  }

  /** Add a reference and put its number where one was writing. */
  #cite(passage) {
    const same = (r) => r.document_id === passage.place.document_id && r.version === passage.place.version && r.start === passage.place.start && r.end === passage.place.end;
    let number = this.references.findIndex(same) + 1;
    if (!number) {
      this.references = [...this.references, { ...passage.place, title: passage.title, section: passage.section, quote: passage.text }];
      number = this.references.length;
    }
    const into = this.written ?? this.form.elements.summary;
    into.setRangeText(` [${number}]`, into.selectionEnd, into.selectionEnd, "end");
    this.#showReferences();
    this.touched = true;
    this.keepLocally();
    into.focus();
    say(`Reference ${number} is in.`);
  }

  #showReferences() {
    const lines = this.references.map((reference) => element("li", {}, `${reference.section.replaceAll(" > ", " › ")} `,
      element("span", { class: "small" }, `${reference.title}: “${short(reference.quote)}”`)));
    document.getElementById("references").replaceChildren(...lines);
  }

  #preview({ html, faults }) {
    const box = document.getElementById("preview");
    const shown = new DOMParser().parseFromString(html, "text/html").body;
    const list = faults.length ? element("ul", { class: "faults" }, ...faults.map((fault) => element("li", {}, fault))) : element("p", {}, "Ready to be signed.");
    box.replaceChildren(element("h3", {}, "Preview"), list, ...shown.childNodes);
    box.hidden = false;
    box.focus();
  }

  async #refused(done, mine) {
    say(done.problem.detail, "bad");
    this.keepLocally();
    if (done.problem.code !== "overtaken") return;
    const now = await call(`/v1/cases/${encodeURIComponent(this.live.dataset.case)}`);
    if (!now.ok) return;
    const last = [...now.body.events].reverse().find((event) => event.response);
    this.theirs = { seen: now.body.events.length, response: last?.response ?? null };
    const box = document.getElementById("conflict");
    box.replaceChildren(element("h3", {}, "Someone else wrote here"), element("p", {}, done.problem.detail),
      element("div", { class: "both" }, column("Yours", asText(mine)), column(`By ${last?.actor ?? "nobody"}`, asText(last?.response ?? {}))),
      element("div", { class: "row" }, choice("use-mine", "Go on with mine"), choice("use-theirs", "Take theirs")));
    box.hidden = false;
    box.scrollIntoView({ block: "nearest" });
    box.querySelector("button").focus();
  }

  /** The author chose; both texts stay in the thread or in this browser. */
  #settled(keepsMine) {
    this.live.dataset.seen = this.theirs.seen;
    if (!keepsMine && this.theirs.response) {
      for (const name of SECTIONS) this.form.elements[name].value = this.theirs.response[name];
      this.references = this.theirs.response.references;
      this.#showReferences();
      localStorage.removeItem(this.key);
      this.touched = false;
    }
    document.getElementById("conflict").hidden = true;
    this.form.elements.summary.focus();
    say(keepsMine ? "Yours is here; keep it when you are ready." : "Theirs is here.");
  }
}

const short = (text) => (text.length > 120 ? `${text.slice(0, 119)}…` : text);
const asText = (response) => SECTIONS.filter((name) => response[name]).map((name) => `${name.replaceAll("_", " ")}: ${response[name]}`).join("\n\n");
const column = (title, text) => element("div", {}, element("h4", {}, title), element("pre", { tabindex: "0" }, text));
const choice = (name, label) => element("button", { type: "button", "data-act": name }, label);

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
