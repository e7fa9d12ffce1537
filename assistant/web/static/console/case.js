// One case: taking it, noting, handing on, and telling when someone else changed it. The editor is in editor.js.

import { act, call, say } from "./calls.js";
import { Editor } from "./editor.js";
import { every } from "./live.js";

const DONE = { claim: "The case is yours.", release: "Given back.", resolve: "Resolved.", reopen: "Open again." };

export function startCase(live) {
  const editor = document.getElementById("editor") ? new Editor(live) : null;
  document.addEventListener("click", (event) => {
    const name = event.target.closest("[data-act]")?.dataset.act;
    if (name) pressed(live, name, event.target.closest("[data-act]"), editor);
  });
  for (const form of document.querySelectorAll(".hand")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      go(live, form.dataset.hand, { to: new FormData(form).get("to") }, form.querySelector("button"), editor);
    });
  }
  document.getElementById("note").addEventListener("submit", (event) => {
    event.preventDefault();
    note(live, event.target, editor);
  });
  every(() => changed(live, editor));
}

function pressed(live, name, button, editor) {
  if (editor?.does(name)) {
    editor.press(name, button);
  } else if (name === "propose-answer" || name === "propose-eval") {
    go(live, "proposals", { kind: name === "propose-answer" ? "approved_answer" : "eval_case" }, button, editor);
  } else if (name in DONE) {
    go(live, name, {}, button, editor);
  }
}

/** Do it, then show the case as it is now; what is being written is kept first. */
async function go(live, name, body, button, editor) {
  button.disabled = true;
  const done = await act(live.dataset.case, name, { seen: Number(live.dataset.seen), ...body });
  if (done.ok) {
    await editor?.keepLocally();
    location.reload();
    return;
  }
  button.disabled = false;
  say(done.problem.detail, "bad");
}

async function note(live, form, editor) {
  const button = form.querySelector("button");
  button.disabled = true;
  const done = await act(live.dataset.case, "notes", { text: form.elements.text.value });
  button.disabled = false;
  if (!done.ok) {
    say(done.problem.detail, "bad");
    return;
  }
  form.reset();
  live.dataset.seen = done.body.case.events.length;
  say(done.body.safety.length ? "Noted, and passed to drug safety as well." : "Noted.");
  await editor?.keepLocally();
  await refreshAside();
}

/** Someone else changed the case: the thread is swapped in place, what one writes is left alone. */
async function changed(live, editor) {
  const now = await call(`/v1/cases/${encodeURIComponent(live.dataset.case)}`);
  if (!now.ok || now.body.events.length === Number(live.dataset.seen)) return;
  const last = now.body.events.at(-1);
  const told = document.getElementById("changed");
  told.textContent = `${last.actor} changed this case: ${last.kind.replaceAll("_", " ")}.`;
  told.hidden = false;
  if (editor) await refreshAside(); // the number seen stays: a draft over someone else's is refused, and both are shown
  else location.reload();
}

async function refreshAside() {
  const response = await fetch(location.href);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector(".thread");
  if (fresh) document.querySelector(".thread").replaceWith(fresh);
}
