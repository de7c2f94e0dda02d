/**
 * Pages of the server put in place of the one that is shown, and what is asked of the server in between.
 * It knows which parts of a page are swapped. It does not know what stands in them.
 */
// @ts-check

/** Parts whose content a later page replaces. */
const PARTS = ["side", "head", "notice", "conversation", "persona"];

/** @type {Set<() => void>} */
const watchers = new Set();

/**
 * Run `work` now and after every time that parts were swapped.
 * @param {() => void} work
 */
export function always(work) {
  watchers.add(work);
  work();
}

/** Tell everybody that something new stands in the page. */
export function changed() {
  for (const work of watchers) work();
}

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`#${id} is missing`);
  return found;
}

/** The path of the conversation that is shown; `/chat` before there is one. */
export function path() {
  return new URL(byId("composer", HTMLFormElement).action).pathname;
}

/** @returns {string} the proof that a form is of this visit */
function token() {
  return document.querySelector('meta[name="form-token"]')?.getAttribute("content") ?? "";
}

/**
 * What the server answered to a form.
 * @typedef {{path?: string, articles?: string, foot?: string, answer?: string, measured?: string}} Answer
 */

/**
 * Send a form as a script does.
 * @param {string} url
 * @param {FormData} form
 * @returns {Promise<Answer>} rejects with an error whose message is for people
 */
export async function post(url, form) {
  form.delete("token");
  const response = await fetch(url, {
    method: "POST",
    body: form,
    headers: { accept: "application/json", "x-outlast-form": token() },
  }).catch(() => {
    throw new Error("The server cannot be reached. What you wrote is still here.");
  });
  const text = await response.text();
  if (response.ok) return text ? JSON.parse(text) : {};
  throw new Error(said(text));
}

/**
 * @param {string} text
 * @returns {string}
 */
function said(text) {
  try {
    return JSON.parse(text).error.message;
  } catch {
    return text.slice(0, 300) || "Something went wrong.";
  }
}

/**
 * A page of the server, not shown.
 * @param {string} url
 * @returns {Promise<Document>}
 */
export async function fetched(url) {
  const response = await fetch(url, { headers: { accept: "text/html" } });
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/**
 * Show another page in place of this one, as if a link to it had been followed; what is being written stays.
 * @param {string} url
 * @param {{push?: boolean, only?: string[]}} how
 */
export async function visit(url, { push = true, only = PARTS } = {}) {
  const page = await fetched(url);
  if (!page.getElementById("composer")) {
    location.assign(url);
    return;
  }
  const other = page.getElementById("conversation")?.dataset.conversation !== byId("conversation", HTMLElement).dataset.conversation;
  const spot = remember();
  for (const id of only) {
    if (id !== "persona" || other) swap(id, page);
  }
  if (only === PARTS) swapComposer(page);
  document.title = page.title;
  if (push) history.pushState(null, "", url);
  changed();
  spot();
}

/**
 * @param {string} id
 * @param {Document} page
 */
function swap(id, page) {
  const from = page.getElementById(id);
  const to = document.getElementById(id);
  if (!from || !to || (id === "notice" && from.innerHTML === to.innerHTML)) return;
  to.replaceChildren(...from.childNodes);
  if (from.dataset.conversation) to.dataset.conversation = from.dataset.conversation;
  else delete to.dataset.conversation;
}

/** @param {Document} page */
function swapComposer(page) {
  const mine = byId("composer", HTMLFormElement);
  const theirs = page.getElementById("composer");
  mine.action = theirs?.getAttribute("action") ?? mine.action;
  const parent = theirs?.querySelector('[name="parent"]')?.getAttribute("value") ?? "";
  mine.querySelector('[name="parent"]')?.setAttribute("value", parent);
  const stop = document.getElementById("stop");
  stop?.setAttribute("formaction", page.getElementById("stop")?.getAttribute("formaction") ?? "");
  for (const button of document.querySelectorAll("[data-persona]")) {
    button.setAttribute("formaction", `${path()}/persona`);
  }
}

/**
 * Where the focus is, in words that hold after the element itself was replaced.
 * @returns {() => void} puts it back
 */
export function remember() {
  const at = document.activeElement;
  if (!(at instanceof HTMLElement) || at === document.body) return () => {};
  const article = at.closest("article");
  const place = article ? [...document.querySelectorAll("#conversation article")].indexOf(article) : -1;
  const name = at.getAttribute("aria-label") ?? at.textContent?.trim();
  return () => {
    if (at.isConnected) return;
    const where = place < 0 ? document : document.querySelectorAll("#conversation article")[place];
    const same = [...(where?.querySelectorAll("button, a, select, summary") ?? [])].find(
      (each) => (at.id && each.id === at.id) || (each.getAttribute("aria-label") ?? each.textContent?.trim()) === name,
    );
    const next = same ?? (where instanceof HTMLElement ? where : document.getElementById("message"));
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  };
}
