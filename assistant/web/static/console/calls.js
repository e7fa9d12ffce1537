// Calls to the service, and the one line that tells what became of them.

/** Do something with a case; {ok, body} or {ok: false, status, problem}. */
export async function act(caseId, name, body) {
  return call(`/v1/cases/${encodeURIComponent(caseId)}/${name}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
}

/** Call the service. Whatever goes wrong comes back as a problem with a sentence to show. */
export async function call(path, options = {}) {
  try {
    const response = await fetch(path, options);
    const body = await response.json();
    if (response.ok) return { ok: true, body };
    return { ok: false, status: response.status, problem: body };
  } catch {
    return { ok: false, status: 0, problem: { detail: "The service could not be reached. Nothing is lost; try again.", code: "offline" } };
  }
}

/** Tell what happened, aloud too. */
export function say(text, tone = "") {
  const said = document.getElementById("said");
  said.textContent = text;
  said.className = `said ${tone}`.trim();
}

/** What needs this script can be pressed only once it is here: a press is never lost. */
export function ready(root = document) {
  for (const control of root.querySelectorAll("[data-wait]")) {
    control.disabled = false;
    control.removeAttribute("data-wait");
  }
}
