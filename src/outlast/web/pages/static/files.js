/**
 * Files for a message: chosen, dropped or pasted, shown before they are sent.
 * It knows names and kinds. What is in them, and what is left out, the server says.
 */
// @ts-check
import { byId } from "./page.js";
import { say } from "./speech.js";

/** Let files come in every way. */
export function takeFiles() {
  const field = byId("files", HTMLInputElement);
  const write = /** @type {HTMLElement} */ (document.querySelector(".write"));
  field.addEventListener("change", showFiles);
  document.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.files;
    if (!pasted?.length) return;
    event.preventDefault();
    add(pasted);
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    write.classList.add("over");
  });
  document.addEventListener("dragleave", () => write.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    write.classList.remove("over");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
}

/** @param {FileList} more */
function add(more) {
  put([...(byId("files", HTMLInputElement).files ?? []), ...more]);
  say(`${more.length === 1 ? more[0].name : `${more.length} files`} added.`);
}

/**
 * One more file for the message.
 * @param {File} file
 */
export function attach(file) {
  put([...(byId("files", HTMLInputElement).files ?? []), file]);
}

/** @param {File[]} files */
function put(files) {
  const moved = new DataTransfer();
  for (const file of files) moved.items.add(file);
  byId("files", HTMLInputElement).files = moved.files;
  showFiles();
}

/** Show which files will be sent, and what the chosen model does with them. */
export function showFiles() {
  const files = [...(byId("files", HTMLInputElement).files ?? [])];
  const list = byId("chosen", HTMLUListElement);
  list.hidden = files.length === 0;
  list.replaceChildren(...files.map((file, at) => line(file, () => put(files.filter((_, other) => other !== at)))));
  const option = byId("model", HTMLSelectElement).selectedOptions[0];
  if (files.some((file) => file.type.startsWith("image/")) && option && !("sees" in option.dataset)) {
    const hint = document.createElement("li");
    hint.textContent = `${option.label} cannot see images.`;
    list.append(hint);
  }
  if (files.some((file) => /^audio\//.test(file.type)) && option && !("hears" in option.dataset)) {
    const hint = document.createElement("li");
    hint.textContent = `${option.label} cannot hear.`;
    list.append(hint);
  }
}

/**
 * @param {File} file
 * @param {() => void} remove
 */
function line(file, remove) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "bare";
  button.textContent = "Remove";
  button.setAttribute("aria-label", `Remove ${file.name}`);
  button.addEventListener("click", () => {
    remove();
    byId("message", HTMLTextAreaElement).focus();
  });
  item.append(file.name, button);
  return item;
}
