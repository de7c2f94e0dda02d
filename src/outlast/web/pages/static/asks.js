/**
 * Small questions (a new title, an edited message, whether to delete): pages of their own, shown here in a dialog.
 * It knows the dialog. It does not know what is asked.
 */
// @ts-check
import { fetched, post, visit } from "./page.js";
import { say } from "./speech.js";

/** Open links that ask something in a dialog. */
export function askHere() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-ask]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void ask(link.href);
  });
}

/** @param {string} url */
async function ask(url) {
  const page = await fetched(url);
  const content = page.getElementById("ask");
  if (!content) {
    location.assign(url);
    return;
  }
  for (const open of document.querySelectorAll(":popover-open")) /** @type {HTMLElement} */ (open).hidePopover();
  const dialog = document.createElement("dialog");
  dialog.append(content);
  const title = content.querySelector("h1");
  if (title) {
    title.id = "asked";
    dialog.setAttribute("aria-labelledby", title.id);
  }
  dialog.addEventListener("close", () => dialog.remove());
  content.querySelector("[data-close]")?.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  content.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void answered(dialog, /** @type {HTMLFormElement} */ (event.target));
  });
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {HTMLFormElement} form
 */
async function answered(dialog, form) {
  try {
    const answer = await post(form.action, new FormData(form));
    dialog.close();
    await visit(answer.path ?? location.href, { push: answer.path !== location.pathname + location.search });
    const article = answer.answer && document.getElementById(`m-${answer.answer}`);
    if (article) article.focus();
  } catch (error) {
    let line = dialog.querySelector(".note.bad");
    if (!line) {
      line = document.createElement("p");
      line.className = "note bad";
      form.prepend(line);
    }
    line.textContent = String(/** @type {Error} */ (error).message);
    say(line.textContent);
  }
}
