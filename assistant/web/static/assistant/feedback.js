// Thumbs with a reason and a comment. A comment may report something to drug safety: the reply then says so.

import { button, h, icon } from "./dom.js";
import { REASONS } from "./words.js";

/** The thumbs of one message; `give(body)` sends, and gives what the server answered. */
export function thumbs(give) {
  const said = h("span", { class: "said", role: "status" });
  const form = h("form", { class: "feedback", hidden: true });
  const rate = (rating, label) => button("", { class: "tool", "aria-label": label, title: label, "aria-pressed": "false", onclick: (event) => {
    for (const other of event.currentTarget.parentElement.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", "false");
    event.currentTarget.setAttribute("aria-pressed", "true");
    said.textContent = "";
    fill(form, rating, give, said);
  } }, icon(rating));
  return { buttons: [rate("up", "This helped"), rate("down", "This did not help"), said], form };
}

function fill(form, rating, give, said) {
  const reasons = rating === "down"
    ? h("fieldset", {}, h("legend", {}, "What was wrong?"), REASONS.map(([value, label]) => h("label", {}, h("input", { type: "radio", name: "reason", value }), label)))
    : null;
  const comment = h("textarea", { rows: 2, maxlength: 2000, name: "comment" });
  const problem = h("p", { class: "problem", role: "alert" });
  form.replaceChildren(...[reasons, h("label", { class: "comment" }, "Comment (optional; no patient details, please)", comment), problem,
    h("div", { class: "buttons" }, h("button", { type: "submit", class: "primary" }, "Send feedback"),
      button("Cancel", { class: "quiet", onclick: () => { form.hidden = true; } }))].filter(Boolean));
  form.hidden = false;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const reason = new FormData(form).get("reason") ?? "";
    try {
      const taken = await give({ rating, reason, comment: comment.value });
      form.hidden = true;
      said.textContent = taken.safety.length ? taken.safety.map((intake) => intake.text).join(" ") : "Thank you.";
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  (form.querySelector("input") ?? comment).focus();
}
