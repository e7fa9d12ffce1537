// The HTTP interface. Every failure becomes a Problem with a sentence that can be shown.

import { OFFLINE } from "./words.js";

export class Problem extends Error {
  constructor(detail, code = "offline", status = 0, retryAfter = 0) {
    super(detail);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter; // seconds; 0: trying again by itself would not help
  }
}

export class Api {
  constructor(base) {
    this.base = base.replace(/\/+$/, "");
  }

  /** The address of a page of the service, such as a document's. */
  page(path) {
    return new URL(this.base.replace(/\/v1$/, "") + path, location.href).href;
  }

  products(market) {
    return this.#json("GET", `/products${query({ market })}`);
  }

  starters(product, market) {
    return this.#json("GET", `/products/starters${query({ product, market })}`);
  }

  open(conversation) {
    return this.#json("POST", "/conversations", conversation);
  }

  transcript(id) {
    return this.#json("GET", `/conversations/${encodeURIComponent(id)}`);
  }

  handOff(interactionId, body) {
    return this.#json("POST", `/interactions/${encodeURIComponent(interactionId)}/handoff`, body);
  }

  /** The requests of a conversation: where each is, and the replies. */
  cases(conversationId) {
    return this.#json("GET", `/conversations/${encodeURIComponent(conversationId)}/cases`);
  }

  /** Add to a request (`messages`), take it back (`withdraw`) or rate its reply (`rating`). */
  onCase(conversationId, caseId, what, body) {
    return this.#json("POST", `/conversations/${encodeURIComponent(conversationId)}/cases/${encodeURIComponent(caseId)}/${what}`, body);
  }

  /** How the HCP is told of a reply, and the sentence to agree to. */
  contact(conversationId) {
    return this.#json("GET", `/conversations/${encodeURIComponent(conversationId)}/contact`);
  }

  /** Leave an address, or with null take it back. */
  tellAt(conversationId, contact) {
    return this.#json(contact ? "PUT" : "DELETE", `/conversations/${encodeURIComponent(conversationId)}/contact`, contact ?? undefined);
  }

  feedback(interactionId, body) {
    return this.#json("POST", `/interactions/${encodeURIComponent(interactionId)}/feedback`, body);
  }

  /** Ask; `onStage` hears each stage. The same key asked again gives the reply already recorded. */
  async ask(conversationId, text, key, onStage) {
    const response = await this.#fetch("POST", `/conversations/${encodeURIComponent(conversationId)}/messages`, { text }, {
      Accept: "text/event-stream",
      "Idempotency-Key": key,
    });
    try {
      for await (const { event, data } of events(response.body)) {
        if (event === "stage") onStage(data.stage);
        if (event === "reply") return data;
        if (event === "problem") throw new Problem(data.detail, data.code, data.status);
      }
    } catch (error) {
      throw error instanceof Problem ? error : new Problem(OFFLINE);
    }
    throw new Problem(OFFLINE); // the stream broke off before its end
  }

  async #json(method, path, body) {
    return (await this.#fetch(method, path, body)).json();
  }

  async #fetch(method, path, body, headers = {}) {
    let response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...headers },
        body: body && JSON.stringify(body),
        credentials: "omit",
      });
    } catch {
      throw new Problem(OFFLINE);
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    const wait = [429, 503].includes(response.status) ? Number(response.headers.get("Retry-After")) || 0 : 0;
    throw new Problem(problem.detail ?? "Something went wrong. Please try again.", problem.code, response.status, wait);
  }
}

function query(values) {
  const given = Object.entries(values).filter(([, value]) => value);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

/** The events of a server-sent event stream (JSON data), as they come. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
      if (!data) continue; // a comment that keeps the connection alive
      yield { event: lines.find((line) => line.startsWith("event: "))?.slice(7), data: JSON.parse(data) };
    }
  }
}
