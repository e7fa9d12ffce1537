// What is asked before the first question: the specialty (may be skipped), the product where the portal has
// none, and that a healthcare professional is here (EFPIA code; Directive 2001/83).

import { h } from "./dom.js";
import { productName } from "./outcomes.js";

/** The form; `begin({specialty, product})` opens the conversation and rejects with what to show. */
export function gate({ specialties, product, products, begin }) {
  const specialty = select("specialty", "Your specialty", [["", "Prefer not to say"], ...specialties.map((s) => [s, s])]);
  const picker = product || !products.length ? null
    : select("product", "Your question is about", [["", "Any product: I will name it"], ...products.map((p) => [p.product, productName(p)])]);
  const confirmed = h("input", { type: "checkbox", name: "hcp", required: true });
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { type: "submit", class: "primary wide" }, "Begin");
  return h("form", { class: "gate", "aria-labelledby": "gate-title", onsubmit: async (event) => {
    event.preventDefault();
    submit.disabled = true;
    problem.textContent = "";
    try {
      await begin({ specialty: specialty.value || null, product: product || picker?.control.value || null });
    } catch (error) {
      problem.textContent = error.message;
      submit.disabled = false;
    }
  } },
  h("h2", { id: "gate-title" }, "Questions about our medicines, answered from their approved documents"),
  h("p", {}, "For healthcare professionals. Every sentence of an answer is quoted from an approved document, and you can open it at that passage."),
  specialty.label, picker?.label ?? null,
  h("label", { class: "check" }, confirmed, h("span", {}, "I am a healthcare professional")),
  problem, submit);
}

function select(name, label, options) {
  const control = h("select", { name }, options.map(([value, text]) => h("option", { value }, text)));
  return { control, label: h("label", { class: "field" }, h("span", {}, label), control), get value() { return control.value; } };
}
