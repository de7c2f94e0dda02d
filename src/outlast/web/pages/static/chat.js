/**
 * The chat page, brought to life: everything on it also works without this, only with more waiting.
 * It knows which part does what.
 */
// @ts-check
import { askHere } from "./asks.js";
import { compose, free, problem } from "./composer.js";
import { copyOnPress, offerCopies } from "./copy.js";
import { takeFiles } from "./files.js";
import { drop, listen } from "./microphone.js";
import { always, byId, fetched, path, post, remember, visit } from "./page.js";
import { silence, sounding, watchSound } from "./playing.js";
import { say } from "./speech.js";
import { followAll, toBottom, writing } from "./stream.js";
import { tellTimes } from "./times.js";

/** An answer is complete: what stands around the conversation may have changed. */
function ended() {
  stopButton();
  offerCopies();
  tellTimes();
  free();
  void visit(`${path()}?around=1`, { push: false, only: ["side", "notice"] });
}

function stopButton() {
  byId("stop", HTMLButtonElement).hidden = !writing() && !sounding();
}

/** @param {HTMLButtonElement} button of the shared form */
async function act(button) {
  const form = new FormData();
  if (button.name) form.set(button.name, button.value);
  try {
    const answer = await post(button.formAction, form);
    const foot = button.closest(".foot");
    if (answer.foot && foot) {
      const spot = remember();
      foot.outerHTML = answer.foot;
      tellTimes();
      spot();
    } else if (button.id !== "stop") {
      await visit(answer.path ?? location.href, { push: false });
    }
  } catch (error) {
    problem(/** @type {Error} */ (error).message);
  }
}

/** @param {HTMLAnchorElement} link to older messages or conversations */
async function older(link) {
  const list = link.hasAttribute("data-earlier") ? "conversation" : "talks";
  const page = await fetched(link.href);
  const more = page.getElementById(list);
  const here = document.getElementById(list);
  if (!more || !here) return;
  if (list === "talks") {
    here.append(...more.children);
    const next = page.querySelector("a[data-more]");
    if (next) link.replaceWith(next);
    else link.parentElement?.remove();
    return;
  }
  const height = document.documentElement.scrollHeight;
  link.parentElement?.remove();
  here.prepend(...more.children);
  document.documentElement.scrollTop += document.documentElement.scrollHeight - height;
  offerCopies();
  tellTimes();
  const first = here.querySelector("article");
  if (first instanceof HTMLElement) first.focus({ preventScroll: true });
}

/** @param {KeyboardEvent} event */
function keys(event) {
  const at = event.target instanceof HTMLElement ? event.target : document.body;
  if (event.key === "Escape" && drop()) return;
  if (event.key === "Escape" && (writing() || sounding()) && !document.querySelector("dialog[open], :popover-open")) {
    byId("stop", HTMLButtonElement).click();
  }
  const article = at.closest("#conversation article");
  if (!article || at.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "j" && event.key !== "k") return;
  const all = [...document.querySelectorAll("#conversation article")];
  const next = all[all.indexOf(article) + (event.key === "j" ? 1 : -1)];
  if (next instanceof HTMLElement) next.focus();
}

document.documentElement.classList.add("scripts");
takeFiles();
compose();
listen();
watchSound(stopButton);
copyOnPress();
askHere();
always(() => {
  followAll(path(), ended);
  stopButton();
  offerCopies();
  tellTimes();
});
document.addEventListener("keydown", keys);
document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.target.id !== "act") return;
  const by = event.submitter;
  if (by?.hasAttribute("data-leaves")) {
    say("The last questions are asked again. This takes as long as the answers.");
    by.classList.add("busy");
    return;
  }
  event.preventDefault();
  if (by?.id === "stop") {
    silence();
    if (!writing()) return;
  }
  if (event.submitter instanceof HTMLButtonElement) void act(event.submitter);
});
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-earlier], a[data-more]") : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  void older(link);
});
byId("persona", HTMLElement).addEventListener("toggle", (event) => {
  // Answers have come since the page was made.
  if (event instanceof ToggleEvent && event.newState === "open" && path() !== "/chat") void visit(path(), { push: false, only: ["measured"] });
});
window.addEventListener("popstate", () => void visit(location.href, { push: false }));
if (!location.hash) toBottom();
if (matchMedia("(pointer: fine)").matches && !location.hash) byId("message", HTMLTextAreaElement).focus();
