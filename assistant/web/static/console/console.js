// What moves on the consoles: keys, live updates, and what is done with a case. Pages work without it, to read.

import { startCase } from "./case.js";
import { act, ready, say } from "./calls.js";
import { listenToKeys } from "./keys.js";
import { watch } from "./live.js";

const live = document.getElementById("live");

listenToKeys();
if (live?.dataset.page === "queue") {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest('[data-act="claim"]');
    const row = button?.closest("[data-case]");
    if (!row) return;
    button.disabled = true;
    const taken = await act(row.dataset.case, "claim", { seen: Number(row.dataset.seen) });
    if (taken.ok) location.assign(`/msl/${row.dataset.case}`);
    else say(taken.problem.detail, "bad");
  });
  watch(live);
}
if (live?.dataset.page === "case") startCase(live);
ready();
