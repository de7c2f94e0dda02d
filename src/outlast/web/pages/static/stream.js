/**
 * An answer that is being written, block by block: a finished block is put into the page once and never touched again.
 * It knows the events of the server. It does not know Markdown.
 */
// @ts-check
import { Reader, say } from "./speech.js";

/** @typedef {{index: number, html: string, final: boolean}} Block */
/** @typedef {{count: number, foot: string, said: string}} End */

const NEAR = 120;

/** @type {Map<string, Following>} */
const following = new Map();
/** Whether the page has been shown: what comes into it from now on nobody has heard. */
let shown = false;

/** Whether any answer on this page is being written. */
export function writing() {
  return following.size > 0;
}

/** One answer and the connection over which it comes. */
class Following {
  /** @type {Map<number, Block>} what the next frame puts into the page */
  #pending = new Map();
  #reader = new Reader();
  #frame = 0;

  /**
   * @param {HTMLElement} article
   * @param {string} url
   * @param {() => void} ended
   */
  constructor(article, url, ended) {
    this.article = article;
    this.ended = ended;
    this.source = new EventSource(`${url}?from=${article.dataset.from ?? "0"}`);
    const there = shown ? [...(article.querySelector(".text")?.children ?? [])] : [];
    there.forEach((block, index) => this.#reader.hear(index, block, index < Number(article.dataset.from)));
    this.source.addEventListener("block", (event) => this.#take(JSON.parse(event.data)));
    this.source.addEventListener("end", (event) => this.#end(JSON.parse(event.data)));
  }

  close() {
    this.source.close();
    cancelAnimationFrame(this.#frame);
  }

  /** @param {Block} block */
  #take(block) {
    this.#pending.set(block.index, block);
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#write());
  }

  #write() {
    this.#frame = 0;
    const text = this.article.querySelector(".text");
    if (!text || this.#pending.size === 0) return;
    const follow = atBottom();
    for (const block of [...this.#pending.values()].sort((one, other) => one.index - other.index)) {
      const fresh = made(block.html);
      const old = text.children[block.index];
      if (old) old.replaceWith(fresh);
      else text.append(fresh);
      this.#reader.hear(block.index, fresh, block.final);
    }
    this.#pending.clear();
    if (follow) toBottom();
  }

  /** @param {End} end */
  #end(end) {
    this.close();
    this.#write();
    const text = this.article.querySelector(".text");
    while (text && text.children.length > end.count) text.lastElementChild?.remove();
    const follow = atBottom();
    this.article.removeAttribute("aria-busy");
    this.article.querySelector(".writing")?.remove();
    const foot = this.article.querySelector(".foot");
    if (foot) foot.outerHTML = end.foot;
    if (follow) toBottom();
    say(end.said);
    this.ended();
  }
}

/**
 * Follow every answer of the page that is being written.
 * @param {string} path of the conversation
 * @param {(id: string) => void} ended
 */
export function followAll(path, ended) {
  for (const [id, one] of following) {
    if (!one.article.isConnected) {
      one.close();
      following.delete(id);
    }
  }
  for (const article of document.querySelectorAll("article[aria-busy=true]")) {
    const id = /** @type {HTMLElement} */ (article).dataset.message ?? "";
    if (following.has(id)) continue;
    say(`${article.querySelector(".who")?.textContent ?? "The model"} is writing.`);
    const one = new Following(/** @type {HTMLElement} */ (article), `${path}/events/${id}`, () => {
      following.delete(id);
      ended(id);
    });
    following.set(id, one);
  }
  shown = true;
}

/** Whether the end of the page is in sight, so that it should stay so. */
export function atBottom() {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight < NEAR;
}

/** Show the end of the page. */
export function toBottom() {
  document.documentElement.scrollTop = document.documentElement.scrollHeight;
}

/**
 * @param {string} html one element, cleaned by the server
 * @returns {Element}
 */
function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild ?? document.createElement("div");
}
