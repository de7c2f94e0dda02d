/**
 * An answer that is heard while it is made: samples of the server, one behind the other.
 * It knows 24,000 samples a second of 16 bits. It does not know words (`stream.js`).
 */
// @ts-check

const RATE = 24000;
/** Seconds that are collected before the first is heard, and again after a gap. */
const AHEAD = 0.1;

/** @type {AudioContext | null} */
let context = null;
/** @type {Playing | null} */
let current = null;
/** @type {() => void} */
let watcher = () => {};

/** Whether an answer is heard, or about to be. */
export function sounding() {
  return current !== null;
}

/** @param {() => void} work run whenever an answer begins or ends to be heard */
export function watchSound(work) {
  watcher = work;
}

/** The page's one way to sound. To be called when somebody presses something: browsers want that. */
export function awake() {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  return context;
}

/** Be quiet at once. */
export function silence() {
  current?.stop();
}

/**
 * Play an answer from its beginning on, in place of whatever is heard.
 * @param {string} url
 * @returns {Promise<void>} when it was heard, or was stopped; rejects with an error whose message is for people
 */
export async function play(url) {
  silence();
  const one = new Playing(awake());
  current = one;
  watcher();
  try {
    await one.run(url);
  } finally {
    if (current === one) current = null;
    watcher();
  }
}

/** One answer. */
class Playing {
  #left = new AbortController();
  /** @type {Set<AudioBufferSourceNode>} */
  #sources = new Set();
  #next = 0;
  #rest = new Uint8Array(0);
  #heard = 0;
  /** @type {() => void} */
  #quiet = () => {};

  /** @param {AudioContext} context */
  constructor(context) {
    this.context = context;
    tell(0);
  }

  stop() {
    this.#left.abort();
    for (const each of this.#sources) each.stop();
    this.#sources.clear();
    this.#quiet();
    if (current === this) current = null;
    watcher();
  }

  /** @param {string} url */
  async run(url) {
    try {
      await this.#fetch(url);
    } catch {
      if (this.#left.signal.aborted) return;
      throw new Error("The sound of the answer broke off. Its words are here.");
    }
    if (this.#sources.size > 0) await new Promise((resolve) => (this.#quiet = () => resolve(null)));
  }

  /** @param {string} url */
  async #fetch(url) {
    const response = await fetch(url, { signal: this.#left.signal });
    if (!response.ok || !response.body) throw new Error(String(response.status));
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#left.signal.aborted) return;
      this.#take(value);
    }
  }

  /** @param {Uint8Array} more */
  #take(more) {
    const bytes = new Uint8Array(this.#rest.length + more.length);
    bytes.set(this.#rest);
    bytes.set(more, this.#rest.length);
    const count = bytes.length >> 1;
    this.#rest = bytes.slice(count * 2);
    if (count === 0) return;
    const view = new DataView(bytes.buffer);
    const buffer = this.context.createBuffer(1, count, RATE);
    const samples = buffer.getChannelData(0);
    for (let at = 0; at < count; at++) samples[at] = view.getInt16(at * 2, true) / 32768;
    this.#schedule(buffer);
  }

  /** @param {AudioBuffer} buffer */
  #schedule(buffer) {
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.addEventListener("ended", () => {
      if (!this.#sources.delete(source)) return;
      this.#heard += buffer.duration;
      tell(this.#heard);
      if (this.#sources.size === 0) this.#quiet();
    });
    this.#sources.add(source);
    if (this.#next < this.context.currentTime) this.#next = this.context.currentTime + AHEAD;
    source.start(this.#next);
    this.#next += buffer.duration;
  }
}

/** @param {number} seconds of the answer that were heard */
function tell(seconds) {
  document.documentElement.dataset.heard = seconds.toFixed(2);
}
