// Told by mail as well: an address is left only after agreeing, for one purpose, and can be taken back.

import { button, h } from "./dom.js";
import { CONTACT } from "./words.js";

/** Where the HCP is told of a reply, with the form to leave an address. */
export async function contactBox(api, id) {
  const { channel, consent } = await api.contact(id());
  const box = h("div", { class: "contact" });
  const problem = h("p", { class: "problem", role: "alert" });
  const draw = (now) => box.replaceChildren(...(now === "portal" ? offer(form, opener) : taken(now)));
  const opener = button(CONTACT.offer, { class: "quiet", onclick: () => {
    opener.hidden = true;
    form.hidden = false;
    form.elements.address.focus();
  } });
  const form = h("form", { class: "adding", hidden: true, onsubmit: async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      const kept = await api.tellAt(id(), { channel: "email", address: form.elements.address.value, agreed: form.elements.agreed.checked });
      form.reset();
      draw(kept.channel);
      box.querySelector("button")?.focus();
    } catch (error) {
      problem.textContent = error.code === "invalid" ? CONTACT.invalid : error.message;
    }
  } }, h("label", { class: "comment" }, CONTACT.address, h("input", { type: "email", name: "address", required: true, maxlength: 254, autocomplete: "email" })),
  h("label", { class: "check" }, h("input", { type: "checkbox", name: "agreed", required: true }), consent), problem,
  h("div", { class: "buttons" }, h("button", { type: "submit", class: "primary" }, CONTACT.send)));
  const taken = () => [h("p", { class: "when", role: "status" }, CONTACT.kept), button(CONTACT.back, { class: "quiet", onclick: async () => {
    draw((await api.tellAt(id(), null)).channel);
    opener.hidden = false;
    form.hidden = true;
    opener.focus();
  } })];
  draw(channel);
  return box;
}

const offer = (form, opener) => [opener, form];
