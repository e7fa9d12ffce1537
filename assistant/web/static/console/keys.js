// Keys of the consoles. None acts while one writes; every one of them only does what a visible control does.

const WRITING = "input, textarea, select, [contenteditable]";

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      const keep = document.querySelector('[data-act="draft"]');
      if (keep) {
        event.preventDefault();
        keep.click();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(WRITING)) return;
    const does = KEYS[event.key];
    if (does?.() === true) event.preventDefault();
  });
}

const rows = () => [...document.querySelectorAll(".queue tbody a.open")];

function move(by) {
  const links = rows();
  if (!links.length) return false;
  const now = links.indexOf(document.activeElement?.closest("tr")?.querySelector("a.open"));
  links[Math.min(links.length - 1, Math.max(0, now + by))].focus();
  return true;
}

function press(selector) {
  const control = document.querySelector(selector);
  control?.click();
  return Boolean(control);
}

function focus(selector) {
  const control = document.querySelector(selector);
  control?.focus();
  return Boolean(control);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => focus('input[name="q"]') || focus("#find"),
  t: () => {
    const inRow = document.activeElement?.closest("tr")?.querySelector('[data-act="claim"]');
    inRow?.click();
    return Boolean(inRow) || press('.case-head [data-act="claim"]');
  },
  u: () => press('a[aria-keyshortcuts="u"]'),
  r: () => focus("#s-summary"),
  n: () => focus("#note-text"),
  "?": () => {
    document.getElementById("keys")?.showModal();
    return true;
  },
};
