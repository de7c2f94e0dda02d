/**
 * Writing and sending a message, the model that is asked and the voice it is asked to have.
 * It knows the form. It does not know how an answer comes (`stream.js`).
 */
// @ts-check
import { showFiles } from "./files.js";
import { always, byId, changed, fetched, path, post, remember, visit } from "./page.js";
import { awake, play } from "./playing.js";
import { say } from "./speech.js";
import { toBottom, writing } from "./stream.js";

const VOICE = ["base", "warmth", "enthusiasm", "headings", "emoji", "instructions"];
let sending = false;
let waiting = false;

/** Make the composer send without leaving the page. */
export function compose() {
  const form = byId("composer", HTMLFormElement);
  const field = byId("message", HTMLTextAreaElement);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(byId("send", HTMLButtonElement));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const by = /** @type {HTMLButtonElement} */ (event.submitter);
    if (by?.id === "legacy") void legacy(by);
    else if (by?.dataset.persona !== undefined) void voice(by.value);
    else void send(form);
  });
  document.addEventListener("change", (event) => {
    const at = event.target;
    if (at instanceof HTMLSelectElement && at.id === "model") void use(at);
    else if (at instanceof HTMLElement && at.closest("#persona") && path() !== "/chat") void voice("this");
  });
  always(note);
}

/** An answer has come to its end: what waited for that is sent now. */
export function free() {
  if (waiting && !writing()) {
    waiting = false;
    byId("composer", HTMLFormElement).requestSubmit(byId("send", HTMLButtonElement));
  }
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const field = byId("message", HTMLTextAreaElement);
  const data = new FormData(form);
  const files = data.getAll("files").some((file) => file instanceof File && file.size > 0);
  if (sending || (!field.value.trim() && !files)) return;
  if (writing()) {
    waiting = true;
    problem("It is sent as soon as the answer is complete. To send it now, stop the answer.");
    return;
  }
  sending = true;
  const aloud = data.getAll("files").some((file) => file instanceof File && /^audio\/(x-)?wave?$/.test(file.type));
  if (aloud) awake();
  try {
    const answer = await post(form.action, data);
    if (aloud && answer.path) void hear(`${answer.path}/sound/${answer.answer}`);
    if (field.value === data.get("message")) field.value = "";
    byId("files", HTMLInputElement).value = "";
    showFiles();
    problem("");
    if (answer.path && answer.path !== path()) await visit(answer.path);
    else show(form, answer);
    toBottom();
  } catch (error) {
    problem(/** @type {Error} */ (error).message);
  } finally {
    sending = false;
  }
}

/** @param {string} url of how an answer sounds */
async function hear(url) {
  try {
    await play(url);
  } catch (error) {
    problem(/** @type {Error} */ (error).message);
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {import("./page.js").Answer} answer
 */
function show(form, answer) {
  form.querySelector('[name="parent"]')?.setAttribute("value", answer.answer ?? "");
  const region = byId("conversation", HTMLElement);
  region.querySelector(".hello")?.remove();
  region.insertAdjacentHTML("beforeend", answer.articles ?? "");
  changed();
}

/** @param {string} words what stands in the way; empty: nothing */
export function problem(words) {
  let line = document.getElementById("problem");
  if (!line) {
    line = document.createElement("p");
    line.id = "problem";
    line.className = "note bad";
    byId("composer", HTMLFormElement).prepend(line);
  }
  line.hidden = !words;
  line.textContent = words;
  byId("message", HTMLTextAreaElement).setAttribute("aria-describedby", "problem");
  say(words);
}

/** @param {HTMLSelectElement} list */
async function use(list) {
  showFiles();
  note();
  if (path() === "/chat") {
    await visit(`/chat?model=${encodeURIComponent(list.value)}`, { push: false, only: ["notice"] });
    return;
  }
  const form = new FormData();
  form.set("model", list.value);
  try {
    await post(`${path()}/model`, form);
    await visit(`${path()}?around=1`, { push: false, only: ["notice"] });
  } catch (error) {
    problem(/** @type {Error} */ (error).message);
  }
}

/** What is worth knowing of the model that is chosen. */
function note() {
  const option = byId("model", HTMLSelectElement).selectedOptions[0];
  byId("model-note", HTMLElement).textContent = option?.dataset.note ?? "";
}

/** @param {HTMLButtonElement} button */
async function legacy(button) {
  const wanted = button.getAttribute("aria-checked") !== "true";
  button.setAttribute("aria-checked", String(wanted));
  const chosen = byId("model", HTMLSelectElement).value;
  const form = new FormData();
  form.set("legacy", wanted ? "on" : "off");
  try {
    await post(`${path()}/legacy`, form);
    const page = await fetched(`${path()}?around=1&model=${encodeURIComponent(chosen)}`);
    const spot = remember();
    const fresh = page.getElementById("model");
    if (fresh) byId("model", HTMLSelectElement).replaceChildren(...fresh.childNodes);
    note();
    spot();
    say(wanted ? "Legacy models are shown." : "Legacy models are hidden.");
  } catch (error) {
    button.setAttribute("aria-checked", String(!wanted));
    problem(/** @type {Error} */ (error).message);
  }
}

/** @param {string} scope `this` conversation or `all` */
async function voice(scope) {
  const all = new FormData(byId("composer", HTMLFormElement));
  const form = new FormData();
  for (const each of VOICE) form.set(each, String(all.get(each) ?? ""));
  form.set("scope", scope);
  try {
    const answer = await post(`${path()}/persona`, form);
    if (answer.measured) byId("measured", HTMLElement).innerHTML = answer.measured;
    const words = scope === "all" ? "This is how all your conversations sound now." : "This is how this conversation sounds now.";
    byId("persona-of", HTMLElement).textContent = words;
    say(words);
  } catch (error) {
    problem(/** @type {Error} */ (error).message);
  }
}
