// One safety report: taking it, noting, closing. The assessment is a plain form, so a change by someone else (or an
// acknowledgement that comes in) is told and never reloads the page under the hands of who fills it in.

import { act, call, say } from "./calls.js";
import { every } from "./live.js";

const ACTS = new Set(["claim", "release", "resolve", "reopen"]);
const live = document.getElementById("live");
const address = `/v1/cases/${encodeURIComponent(live.dataset.case)}`;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!ACTS.has(button?.dataset.act)) return;
  button.disabled = true;
  const done = await act(live.dataset.case, button.dataset.act, { seen: Number(live.dataset.seen) });
  if (done.ok) {
    location.reload();
    return;
  }
  button.disabled = false;
  say(done.problem.detail, "bad");
});

document.getElementById("note").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const done = await act(live.dataset.case, "notes", { text: form.elements.text.value });
  if (done.ok) location.reload();
  else say(done.problem.detail, "bad");
});

every(async () => {
  const now = await call(address);
  if (!now.ok || now.body.events.length === Number(live.dataset.seen)) return;
  const last = now.body.events.at(-1);
  const told = document.getElementById("changed");
  told.querySelector("span").textContent = `${last.actor}: ${last.kind.replaceAll("_", " ")}.`;
  told.hidden = false;
});
