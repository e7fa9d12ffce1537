// Live without reload: asks every few seconds whether anything changed, and then swaps the queue in place.

import { call, ready } from "./calls.js";

const EVERY_MS = 3000;

/** Keep the queue fresh; what has the focus keeps it. */
export function watch(live) {
  every(async () => {
    const asked = await call("/v1/cases/position");
    if (!asked.ok || String(asked.body.position) === live.dataset.position) return;
    if (live.contains(document.activeElement) && document.activeElement.matches("input, select")) return; // not while one filters
    await refresh(live);
  });
}

/** Run while the page is looked at; one at a time. */
export function every(task) {
  let running = false;
  setInterval(async () => {
    if (document.hidden || running) return;
    running = true;
    try {
      await task();
    } finally {
      running = false;
    }
  }, EVERY_MS);
}

async function refresh(live) {
  const response = await fetch(location.href);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("live");
  if (!fresh) return;
  const focused = document.activeElement?.closest("[data-case]")?.dataset.case;
  live.replaceChildren(...fresh.childNodes);
  live.dataset.position = fresh.dataset.position;
  ready(live);
  if (focused) live.querySelector(`[data-case="${CSS.escape(focused)}"] a.open`)?.focus();
}
