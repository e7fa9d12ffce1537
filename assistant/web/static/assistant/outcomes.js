// What became of each part of a question, as elements. The order is the server's.

import { Blocks } from "./blocks.js";
import { button, h, icon } from "./dom.js";
import { STATUS } from "./words.js";

/** Draws the outcomes of one message. `on` holds what pressing things does: cite, label, send, choose. */
export function drawOutcomes(message, on) {
  let first = 1;
  return message.reply.outcomes.map((outcome) => {
    const drawn = DRAW[outcome.kind](outcome, { message, on, first });
    first += outcome.citations?.length ?? 0;
    return drawn;
  });
}

const DRAW = { answer, clarify, handoff, safety, decline, emergency };

function answer(outcome, { on, first }) {
  const blocks = new Blocks(outcome.citations, first, on.cite);
  return h("section", { class: "outcome answer", "aria-label": "Answer" },
    h("h2", { class: "product" }, productName(outcome.names)),
    h("div", { class: "verbatim" }, blocks.draw(outcome.blocks)),
    isReworded(outcome) ? h("p", { class: "reworded" }, "Some sentences are worded by AI. Open their references to read the approved text.") : null,
    outcome.more.length
      ? h("details", { class: "more" }, h("summary", {}, "More from the document"), h("div", { class: "verbatim" }, blocks.draw(outcome.more)))
      : null,
    safetyInformation(outcome.safety_information, blocks),
    references(outcome.citations, first, on.cite),
    h("p", { class: "label" }, icon("document"), h("span", {}, h("a", { href: on.labelAddress(outcome.label), target: "_blank", rel: "noopener",
      onclick: (event) => {
        event.preventDefault();
        on.label(outcome.label);
      } }, `Full document: ${outcome.label.title}`), ` ${dated(outcome.label)}`)));
}

function isReworded(outcome) {
  return outcome.blocks.some((block) => [...(block.pieces ?? []), ...(block.items ?? [])].some((piece) => piece.is_generated));
}

/** Brand with the generic name beside it, as every first mention has it (21 CFR 202.1). */
export function productName(names) {
  return names.generic && names.generic.toLowerCase() !== names.product.toLowerCase()
    ? `${names.product} (${names.generic})` : names.product;
}

export function dated(label) {
  return `version ${label.version}${label.effective_on ? `, ${label.effective_on}` : ""}`;
}

/** Always open, in the same type as the answer, in its box where the document boxes it. */
function safetyInformation(information, blocks) {
  if (!information) return null;
  return h("section", { class: `isi${information.is_boxed ? " boxed" : ""}`, "aria-label": information.heading },
    h("h3", {}, information.heading), h("div", { class: "verbatim" }, blocks.draw([information])));
}

function references(citations, first, cite) {
  if (!citations.length) return null;
  const lines = citations.map((citation, index) => h("li", {}, button("", { class: "reference", onclick: () => cite(citation) },
    h("span", { class: "number" }, `${first + index}`), h("span", {}, citation.section.replaceAll(" > ", " › ")))));
  return h("details", { class: "references" }, h("summary", {}, `References (${citations.length})`), h("ol", {}, lines));
}

function clarify(outcome, { on }) {
  const choices = outcome.choices.map((choice) => button(choice, { class: "choice", onclick: () => on.choose(choice) }));
  return h("section", { class: "outcome clarify" }, h("p", {}, outcome.text), choices.length ? h("div", { class: "choices" }, choices) : null);
}

function safety(outcome) {
  return h("section", { class: "outcome safety", "aria-label": "Safety report" },
    h("h2", {}, icon("shield"), "Safety report"),
    h("p", {}, outcome.text),
    outcome.follow_up ? h("p", { class: "follow-up" }, outcome.follow_up) : null);
}

function decline(outcome) {
  return h("section", { class: "outcome decline" }, h("p", {}, outcome.text));
}

function emergency(outcome) {
  return h("section", { class: "outcome emergency", role: "alert" }, h("h2", {}, icon("alert"), "Emergency"), h("p", {}, outcome.text));
}

function handoff(outcome, { message, on }) {
  return h("section", { class: "outcome handoff", "aria-label": "Medical information request" },
    h("h2", {}, icon("person"), "For our medical team"),
    h("p", {}, outcome.text),
    sending(message.cases[outcome.case_id] ?? "open", (action) => on.send(message, action, outcome.case_id), outcome.case_id));
}

/** "Send my question" and "Not now", with where the question is. `send(action)` gives the new status. */
export function sending(status, send, caseId = null) {
  const box = h("div", { class: "sending", "data-case": caseId });
  const said = h("p", { class: "status", role: "status" });
  const show = (now) => {
    const open = now === "open" || now === "withdrawn";
    const buttons = open ? [press("Send my question", "request", "primary"), now === "open" ? press("Not now", "withdraw", "quiet") : null] : [];
    said.textContent = STATUS[now] ?? now;
    said.dataset.status = now;
    box.replaceChildren(...[h("div", { class: "buttons" }, buttons), said].filter((part) => part.hasChildNodes()));
  };
  const press = (label, action, kind) => button(label, { class: kind, onclick: async (event) => {
    event.target.disabled = true;
    try {
      show(await send(action));
      said.tabIndex = -1;
      said.focus(); // the button that had the focus is gone
    } catch (error) {
      event.target.disabled = false;
      box.append(said);
      said.textContent = error.message;
    }
  } });
  show(status);
  box.showStatus = (now) => { // the same as before leaves the buttons, and the focus, alone
    if (said.dataset.status !== now) show(now);
  };
  return box;
}
