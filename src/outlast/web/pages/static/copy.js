/**
 * Copying a message or a piece of code.
 * It knows the clipboard. Browsers give it to secure pages alone, so there is a way for the others too.
 */
// @ts-check
import { say } from "./speech.js";

/** Put a button on every piece of code that has none and will not be written again. */
export function offerCopies() {
  for (const code of document.querySelectorAll("#conversation article:not([aria-busy=true]) pre")) offer(code);
}

/** @param {Element} code */
function offer(code) {
  if (code.parentElement?.classList.contains("code")) return;
  const frame = document.createElement("div");
  frame.className = "code";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy code";
  code.replaceWith(frame);
  frame.append(code, button);
}

/** Copy at every press on a button of either kind. */
export function copyOnPress() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.dataset.copy) void copied(fetch(button.dataset.copy).then((answer) => answer.text()));
    else if (button?.classList.contains("copy")) {
      void copied(Promise.resolve(button.parentElement?.querySelector("pre")?.textContent ?? ""));
    }
  });
}

/** @param {Promise<string>} coming */
async function copied(coming) {
  const text = await coming;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    byHand(text);
  }
  say("Copied.");
}

/** @param {string} text */
function byHand(text) {
  const field = document.createElement("textarea");
  const before = document.activeElement;
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
}
