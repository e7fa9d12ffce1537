// <hcp-assistant api="/v1" market="US" product="…">: the chat as one element, for our portal and for any page.

import { Api } from "./api.js";
import { Chat } from "./chat.js";
import { h } from "./dom.js";
import { gate } from "./gate.js";
import { Panel } from "./panel.js";

const STYLES = ["../tokens.css", "./assistant.css"].map((path) => new URL(path, import.meta.url).href);

class HcpAssistant extends HTMLElement {
  #root = null;

  async connectedCallback() {
    if (this.#root) return;
    this.#root = this.attachShadow({ mode: "open" });
    this.api = new Api(this.getAttribute("api") ?? new URL("/v1", import.meta.url).href);
    this.panel = new Panel(this, this.api);
    this.main = h("div", { class: "main" });
    const links = STYLES.map((href) => h("link", { rel: "stylesheet", href }));
    const styled = Promise.all(links.map((link) => new Promise((done) => {
      link.addEventListener("load", done);
      link.addEventListener("error", done);
    })));
    const frame = h("div", { class: "frame", hidden: true }, this.main, this.panel.element);
    this.#root.append(...links, frame);
    await Promise.all([styled, this.#resume()]);
    frame.hidden = false;
  }

  disconnectedCallback() {
    this.chat?.stop();
  }

  get #key() {
    return `hcp-assistant ${this.api.base} ${this.getAttribute("market") ?? ""} ${this.getAttribute("product") ?? ""}`;
  }

  /** Go on with this tab's conversation, or begin with the gate. */
  async #resume() {
    const id = sessionStorage.getItem(this.#key);
    try {
      if (id) return this.#chat(await this.api.transcript(id), JSON.parse(sessionStorage.getItem(`${this.#key} opening`) ?? "{}"));
    } catch {
      sessionStorage.removeItem(this.#key); // the conversation is gone: begin anew
    }
    return this.#begin();
  }

  async #begin() {
    const market = this.getAttribute("market");
    const product = this.getAttribute("product");
    const products = product ? [] : await this.api.products(market).catch(() => []);
    const specialties = (this.getAttribute("specialties") ?? "").split("|").filter(Boolean);
    this.main.replaceChildren(h("div", { class: "welcome" }, gate({ specialties, product, products, begin: (chosen) => this.#open(chosen) })));
  }

  async #open(chosen) {
    const opening = { market: this.getAttribute("market"), ...chosen };
    const conversation = await this.api.open(opening);
    this.#remember(conversation.conversation_id, opening);
    this.#chat({ ...conversation, messages: [] }, opening);
    this.#root.querySelector("textarea").focus();
  }

  #remember(id, opening) {
    sessionStorage.setItem(this.#key, id);
    sessionStorage.setItem(`${this.#key} opening`, JSON.stringify(opening));
  }

  #chat(conversation, opening) {
    this.chat?.stop();
    const chat = new Chat({
      api: this.api,
      panel: this.panel,
      conversation,
      most: Number(this.getAttribute("max-characters")) || 4000,
      reopen: async () => {
        const fresh = await this.api.open(opening);
        this.#remember(fresh.conversation_id, opening);
        return fresh.conversation_id;
      },
      restart: () => {
        sessionStorage.removeItem(this.#key);
        this.panel.close();
        chat.stop();
        return this.#begin();
      },
    });
    this.chat = chat;
    this.main.replaceChildren(...chat.elements);
    chat.start();
  }
}

customElements.define("hcp-assistant", HcpAssistant);
