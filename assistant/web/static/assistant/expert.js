// A request to the medical team: where it is, the expert's replies, and what the HCP can do: add, withdraw, rate.

import { contactBox } from "./contact.js";
import { button, h, icon } from "./dom.js";
import { EXPERT, SECTION_TITLES } from "./words.js";

const EVERY_MS = 4000;

/** Follows the requests of one conversation and shows each beside the turn it came from. */
export class Requests {
  constructor({ api, id, placeOf, tell }) {
    Object.assign(this, { api, id, placeOf, tell, shown: new Map() });
    this.timer = setInterval(() => this.#look(), EVERY_MS);
  }

  /** Look now, and go on looking. */
  async follow() {
    this.wanted = true;
    await this.#look(true);
  }

  stop() {
    clearInterval(this.timer);
  }

  async #look(now = false) {
    if (!this.wanted || (document.hidden && !now) || this.looking) return;
    this.looking = true;
    try {
      for (const request of await this.api.cases(this.id())) this.#show(request);
    } catch {
      // asked again in a moment; what is shown stays
    } finally {
      this.looking = false;
    }
  }

  #show(request) {
    if (request.status === "open") return; // not sent: the offer in the reply stands for it
    const place = this.placeOf(request.interaction_id);
    if (!place) return;
    let held = this.shown.get(request.case_id);
    if (!held) {
      held = new Request(this.api, this.id, (fresh) => this.#show(fresh));
      this.shown.set(request.case_id, held);
      place.append(held.element);
    }
    const before = held.replies;
    held.show(request);
    for (const box of place.querySelectorAll(`[data-case="${CSS.escape(request.case_id)}"]`)) box.showStatus?.(request.status);
    if (before !== undefined && request.replies.length > before) this.tell(EXPERT.arrived);
  }
}

class Request {
  constructor(api, id, changed) {
    Object.assign(this, { api, id, changed });
    this.status = h("p", { class: "status", role: "status" });
    this.thread = h("div", { class: "expert-thread" });
    this.acts = h("div", { class: "buttons" });
    this.problem = h("p", { class: "problem", role: "alert" });
    this.text = h("textarea", { rows: 2, maxlength: 4000 });
    this.form = h("form", { class: "adding", hidden: true, onsubmit: (event) => {
      event.preventDefault();
      this.#add();
    } }, h("label", { class: "comment" }, EXPERT.addLabel, this.text),
    h("div", { class: "buttons" }, h("button", { type: "submit", class: "primary" }, EXPERT.addSend), button("Cancel", { class: "quiet", onclick: () => { this.form.hidden = true; } })));
    this.element = h("section", { class: "outcome expert", "aria-label": EXPERT.title },
      h("h2", {}, icon("person"), EXPERT.title), this.status, this.thread, this.form, this.problem, this.acts);
  }

  show(request) {
    const told = JSON.stringify(request);
    if (told === this.told) return;
    this.told = told;
    this.request = request;
    this.replies = request.replies.length;
    this.status.textContent = standing(request);
    this.status.dataset.status = request.status;
    const said = [
      ...request.additions.map((addition) => [addition.at, h("p", { class: "added" }, h("span", { class: "when" }, `You added, ${moment(addition.at)}: `), addition.text)]),
      ...request.replies.map((reply) => [reply.sent_at, signed(reply)]),
    ].sort(([a], [b]) => (a < b ? -1 : 1));
    this.thread.replaceChildren(...said.map(([, element]) => element));
    this.#offer(request);
    this.#contact(request);
  }

  /** Asked once, while there is something to be told of. */
  async #contact(request) {
    if (this.contact || !["requested", "assigned"].includes(request.status)) return;
    this.contact = true;
    try {
      this.element.append(await contactBox(this.api, this.id));
    } catch {
      this.contact = false; // offered again with the next change
    }
  }

  #offer(request) {
    const held = this.acts.contains(this.element.getRootNode().activeElement);
    const rate = (rating, label) => button("", { class: "tool", "aria-label": label, title: label, "aria-pressed": String(request.rating === rating), onclick: () => this.#do("rating", { rating }) }, icon(rating));
    this.acts.replaceChildren(...[
      request.can_add ? button(EXPERT.add, { class: "choice", onclick: () => {
        this.form.hidden = false;
        this.text.focus();
      } }) : null,
      request.can_withdraw ? button(EXPERT.withdraw, { class: "quiet", onclick: () => this.#do("withdraw", {}) }) : null,
      ...(request.can_rate ? [h("span", { class: "when" }, request.rating ? EXPERT.rated : EXPERT.rate), rate("up", EXPERT.up), rate("down", EXPERT.down)] : []),
    ].filter(Boolean));
    if (held) this.acts.querySelector("button")?.focus();
  }

  async #add() {
    if (!this.text.value.trim()) return;
    if (await this.#do("messages", { text: this.text.value })) {
      this.text.value = "";
      this.form.hidden = true;
    }
  }

  async #do(what, body) {
    this.problem.textContent = "";
    try {
      const done = await this.api.onCase(this.id(), this.request.case_id, what, body);
      this.changed(done.case ?? done);
      if (done.safety?.length) this.problem.textContent = done.safety.map((intake) => intake.text).join(" ");
      return true;
    } catch (error) {
      this.problem.textContent = error.message;
      return false;
    }
  }
}

/** Where a request is, in one sentence. */
function standing(request) {
  const due = request.due_at ? `, due ${moment(request.due_at)}` : "";
  if (request.status === "requested") return `${EXPERT.waiting} ${moment(request.requested_at)}${due}.`;
  if (request.status === "assigned") return `${EXPERT.working} ${moment(request.with_expert_since)}${due}.`;
  return EXPERT[request.status] ?? request.status;
}

/** A signed reply, section by section. A reference shows the words it stands on. */
function signed({ response, sent_at: sentAt }) {
  const parts = SECTION_TITLES.filter(([name]) => response[name]).map(([name, title]) =>
    h("section", { class: name === "safety_information" ? "isi" : "" }, h("h3", {}, title), paragraphs(response[name])));
  const references = response.references.map((r, index) => h("li", {}, h("span", { class: "number" }, `${index + 1}`), " ",
    `${r.title}, version ${r.version}: ${r.section.replaceAll(" > ", " › ")}`, h("p", { class: "words" }, `“${r.quote}”`)));
  return h("article", { class: "expert-reply", "aria-label": EXPERT.reply },
    h("p", { class: "person-from" }, `${EXPERT.by} ${moment(sentAt)}`), parts,
    references.length ? h("details", { class: "references" }, h("summary", {}, `References (${references.length})`), h("ol", {}, references)) : null,
    response.signature ? h("p", { class: "when" }, `Signed by ${response.signature.name}, ${moment(response.signature.signed_at)}.`,
      response.expires_on ? ` Valid until ${response.expires_on}.` : "") : null);
}

const paragraphs = (text) => text.split("\n").filter((line) => line.trim()).map((line) => h("p", {}, line));

/** A moment in the reader's own time, without seconds. */
function moment(at) {
  return new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
