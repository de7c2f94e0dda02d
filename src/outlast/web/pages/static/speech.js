/**
 * What a screen reader is told: whole sentences of an answer while it is written, and short news.
 * It knows sentences. It does not know how an answer arrives.
 */
// @ts-check

const KEPT = 30;
const CUTTER = new Intl.Segmenter(document.documentElement.lang || "en", { granularity: "sentence" });

/**
 * Say something once, when whoever listens is free.
 * @param {string} words
 */
export function say(words) {
  const region = document.getElementById("said");
  if (!region || !words.trim()) return;
  const line = document.createElement("p");
  line.textContent = words.replace(/\s+/g, " ").trim();
  region.append(line);
  while (region.children.length > KEPT) region.firstElementChild?.remove();
}

/** One answer that is read out while it grows. */
export class Reader {
  /** @type {Map<number, number>} characters of each block that were said */
  #said = new Map();

  /**
   * @param {number} index of the block
   * @param {Element} block
   * @param {boolean} final
   */
  hear(index, block, final) {
    if (block.querySelector("pre, table, math[display=block]")) {
      if (final && !this.#said.has(index)) say(summary(block));
      if (final) this.#said.set(index, Infinity);
      return;
    }
    const text = block.textContent ?? "";
    const from = this.#said.get(index) ?? 0;
    const rest = text.slice(from);
    const end = final ? rest.length : whole(rest);
    if (end === 0) return;
    say(rest.slice(0, end));
    this.#said.set(index, from + end);
  }
}

/**
 * How many characters of a text that still grows are whole sentences.
 * @param {string} text
 * @returns {number}
 */
export function whole(text) {
  let end = 0;
  for (const each of CUTTER.segment(text)) end = each.index;
  return end;
}

/**
 * @param {Element} block
 * @returns {string}
 */
function summary(block) {
  const code = block.querySelector("pre");
  if (code) return `Code, ${(code.textContent ?? "").trimEnd().split("\n").length} lines.`;
  const rows = block.querySelectorAll("tbody tr").length;
  return rows ? `Table, ${rows} rows.` : (block.textContent ?? "");
}
