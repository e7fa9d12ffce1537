// One conversation: what was asked, what was replied, and the box to write in.

import { Problem } from "./api.js";
import { button, h, icon } from "./dom.js";
import { thumbs } from "./feedback.js";
import { Requests } from "./expert.js";
import { drawOutcomes, sending } from "./outcomes.js";
import { asText } from "./text.js";
import { busy, LABEL, PERSON_WANTED, STAGES } from "./words.js";

const RETRIES = 6; // a busy service is asked again so often by itself; then the HCP decides

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Chat {
  constructor({ api, panel, conversation, most, reopen, restart }) {
    Object.assign(this, { api, panel, conversation, reopen });
    this.id = conversation.conversation_id;
    this.status = h("p", { class: "working sr", role: "status" });
    this.starters = h("div", { class: "starters", hidden: true });
    this.log = h("div", { class: "log" }, this.#notice(conversation.ai_notice), this.starters);
    this.text = h("textarea", { rows: 1, maxlength: most, "aria-label": "Your question", placeholder: "Ask about dosage, safety, interactions…",
      oninput: () => this.#grow(),
      onkeydown: (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.form.requestSubmit();
        }
      } });
    this.submit = h("button", { type: "submit", class: "send", "aria-label": "Send the question", title: "Send" }, icon("send"));
    this.form = h("form", { class: "composer", onsubmit: (event) => {
      event.preventDefault();
      this.#submitted();
    } }, h("div", { class: "box" }, this.text, this.submit),
    h("p", { class: "hint" }, "Please leave out details that identify a patient."));
    this.person = button("Talk to a person", { class: "person", onclick: () => this.#person() }, icon("person"), h("span", {}, "Talk to a person"));
    this.scroller = h("div", { class: "scroller" }, this.log, this.status);
    this.requests = new Requests({ api, id: () => this.id, tell: (text) => this.#say(text),
      placeOf: (interactionId) => this.log.querySelector(`[data-interaction="${CSS.escape(interactionId ?? "")}"]`) });
    this.elements = [
      h("div", { class: "bar" }, h("span", { class: "ai" }, LABEL), h("span", { class: "about" }, conversation.product ?? ""),
        button("", { class: "quiet new", "aria-label": "New conversation", title: "New conversation", onclick: restart }, icon("new"), h("span", {}, "New conversation")), this.person),
      this.scroller,
      this.form,
    ];
  }

  /** Show what was said so far, and what may be asked to begin with. */
  async start() {
    for (const message of this.conversation.messages) this.#show(this.#turn(message.question), message);
    if (this.conversation.messages.length) await this.requests.follow();
    if (this.conversation.messages.length || !this.conversation.product) return;
    const questions = await this.api.starters(this.conversation.product, this.conversation.market).catch(() => []);
    this.starters.replaceChildren(...questions.map((question) => button(question, { class: "choice", onclick: () => this.ask(question) })));
    this.starters.hidden = !questions.length || Boolean(this.last);
  }

  /** Ask one question; what cannot be sent stays, with a way to try again. */
  async ask(text) {
    if (this.busy) return;
    this.starters.hidden = true;
    const turn = this.#turn(text);
    this.#scrollTo(turn);
    await this.#send(turn, text, crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`);
  }

  async #send(turn, text, key) {
    this.#busy(true);
    turn.querySelector(".failed")?.remove();
    this.#say(STAGES.sent);
    try {
      this.#show(turn, await this.#taken(text, key));
      this.#scrollTo(turn);
    } catch (error) {
      this.#say("");
      turn.append(this.#failed(turn, text, key, error));
    } finally {
      this.#busy(false);
    }
  }

  /** The reply; a conversation the server no longer knows is opened anew, once. */
  async #taken(text, key) {
    const hear = (stage) => this.#say(STAGES[stage] ?? this.status.textContent);
    try {
      return await this.#patiently(() => this.api.ask(this.id, text, key, hear));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "unknown_conversation") throw error;
      this.id = await this.reopen();
      return this.#patiently(() => this.api.ask(this.id, text, key, hear));
    }
  }

  /** Tried again while the service says that it is busy, after the wait it asks for and a little by chance. */
  async #patiently(asked) {
    for (let tried = 1; ; tried += 1) {
      try {
        return await asked();
      } catch (error) {
        if (!error.retryAfter || tried > RETRIES) throw error;
        await this.#countedDown(Math.min(error.retryAfter * tried, 60));
        await new Promise((done) => setTimeout(done, Math.random() * 1000)); // else all come back at once
        this.#say(STAGES.sent);
      }
    }
  }

  async #countedDown(seconds) {
    for (let left = seconds; left > 0; left -= 1) {
      this.#say(busy(left));
      await new Promise((done) => setTimeout(done, 1000));
    }
  }

  #turn(question) {
    const turn = h("article", { class: "turn" }, h("div", { class: "question" }, h("span", { class: "sr" }, "You asked: "), h("p", {}, question)));
    this.log.append(turn);
    return turn;
  }

  #show(turn, message) {
    this.last = message;
    turn.dataset.interaction = message.interaction_id;
    turn.querySelector(".question p").textContent = message.question; // as recorded: personal data is masked
    const notices = message.reply.notices.filter((notice) => notice.text !== this.conversation.ai_notice);
    const feedback = thumbs((body) => this.api.feedback(message.interaction_id, body));
    turn.append(h("div", { class: "reply" },
      h("p", { class: "from" }, LABEL),
      drawOutcomes(message, {
        cite: (citation) => this.panel.cite(citation),
        label: (label) => this.panel.label(label),
        labelAddress: (label) => this.panel.address(label.document_id, label.version),
        choose: (choice) => this.ask(choice),
        send: (_message, action, caseId) => this.#handOff(message, { action, case_id: caseId }),
      }),
      notices.map((notice) => h("p", { class: "notice" }, notice.text)),
      h("div", { class: "actions" }, this.#copy(message), feedback.buttons,
        h("a", { href: this.api.page(`/passports/${encodeURIComponent(message.interaction_id)}`), target: "_blank", rel: "noopener" }, "How this was answered")),
      feedback.form));
    this.#say("The reply is here.");
  }

  #copy(message) {
    const said = h("span", { class: "sr", role: "status" });
    const pressed = async (event) => {
      const label = event.currentTarget;
      await copied(asText(message), label);
      said.textContent = "Copied, with safety information and references.";
      label.classList.add("done");
      setTimeout(() => label.classList.remove("done"), 1500);
    };
    const name = "Copy with safety information and references";
    return [button("", { class: "tool", "aria-label": name, title: name, onclick: pressed }, icon("copy")), said];
  }

  #failed(turn, text, key, error) {
    const edit = () => {
      turn.remove();
      this.text.value = text;
      this.#grow();
      this.text.focus();
    };
    return h("div", { class: "failed", role: "alert" }, h("p", {}, error.message), h("div", { class: "buttons" },
      button("Try again", { class: "primary", onclick: () => this.#send(turn, text, key) }), button("Edit", { class: "quiet", onclick: edit })));
  }

  #submitted() {
    const text = this.text.value;
    if (!text.trim() || this.busy) return;
    this.text.value = "";
    this.#grow();
    this.ask(text);
  }

  /** A person can always be asked for: about the last question, or before there is one. */
  #person() {
    if (!this.last) {
      this.ask(PERSON_WANTED);
      return;
    }
    const offer = this.log.querySelector(".offer") ?? h("section", { class: "outcome handoff offer", tabindex: -1, "aria-label": "Talk to a person" });
    const send = async (action) => (action === "withdraw" ? (offer.remove(), this.text.focus(), "open")
      : this.#handOff(this.last, { action }));
    offer.replaceChildren(h("h2", {}, icon("person"), "Talk to a person"),
      h("p", {}, "I can send your last question to our medical team. They answer individually."),
      h("p", { class: "about-question" }, this.last.question), sending("open", send));
    this.log.append(offer);
    this.#scrollTo(offer);
    offer.querySelector("button").focus({ preventScroll: true });
  }

  /** Send a question to the medical team, or not; from then on where it is gets shown. */
  async #handOff(message, body) {
    const { status } = await this.api.handOff(message.interaction_id, body);
    this.requests.follow();
    return status;
  }

  /** The conversation is left. */
  stop() {
    this.requests.stop();
  }

  #notice(text) {
    return h("p", { class: "opening" }, text);
  }

  /** Within the conversation only: the page around it stays where it is. */
  #scrollTo(element) {
    const top = element.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top + this.scroller.scrollTop - 12;
    this.scroller.scrollTo({ top, behavior: calm() ? "instant" : "smooth" });
  }

  #say(text) {
    this.status.textContent = text;
  }

  #busy(is) {
    this.busy = is;
    this.status.classList.toggle("sr", !is);
    this.submit.disabled = is;
    this.form.toggleAttribute("data-busy", is);
  }

  #grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 180)}px`;
  }
}

/** To the clipboard, also where the page is not served securely. */
async function copied(text, near) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "sr" });
    area.value = text;
    near.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
