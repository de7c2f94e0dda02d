/**
 * The microphone button: press, speak, press, and what was said is sent.
 * It knows the button. It does not know samples (`recording.js`) nor how a message is sent (`composer.js`).
 */
// @ts-check
import { problem } from "./composer.js";
import { attach } from "./files.js";
import { always, byId } from "./page.js";
import { silence, sounding } from "./playing.js";
import { LONGEST_SECONDS, record } from "./recording.js";
import { say } from "./speech.js";
import { writing } from "./stream.js";

const TICK_MS = 200;

/** @type {import("./recording.js").Recording | null} */
let recording = null;
let asking = false;
let timer = 0;

/** Offer to speak where the chosen model can hear. */
export function listen() {
  const button = byId("microphone", HTMLButtonElement);
  button.addEventListener("click", () => void (recording ? finish(true) : begin()));
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLElement && event.target.id === "model") offer();
  });
  window.addEventListener("pagehide", drop);
  always(offer);
}

/** Throw away what is being recorded; whether anything was. */
export function drop() {
  if (!recording) return false;
  recording.drop();
  over();
  say("The recording was thrown away.");
  return true;
}

function offer() {
  const option = byId("model", HTMLSelectElement).selectedOptions[0];
  const refused = byId("send", HTMLButtonElement).disabled;
  byId("microphone", HTMLButtonElement).hidden = !recording && (refused || !option || !("hears" in option.dataset));
}

async function begin() {
  if (asking) return;
  asking = true;
  // Whoever begins to speak does not listen any more.
  if (sounding()) {
    silence();
    if (writing()) byId("stop", HTMLButtonElement).click();
  }
  try {
    recording = await record();
    recording.stream.getTracks()[0].addEventListener("ended", () => void finish(false));
    problem("");
    timer = setInterval(tick, TICK_MS);
    look();
    say("Recording. Press again to send, Escape to throw it away.");
  } catch (error) {
    problem(/** @type {Error} */ (error).message);
  } finally {
    asking = false;
  }
}

function tick() {
  look();
  if (recording && recording.seconds >= LONGEST_SECONDS) {
    void finish(false);
    problem(`A recording ends after ${LONGEST_SECONDS} seconds. It is here, and not sent yet.`);
  }
}

/** @param {boolean} send it, or leave that to the person */
async function finish(send) {
  const made = recording;
  if (!made) return;
  over();
  const file = await made.finish();
  if (!file) {
    problem("Nothing was recorded. Press, speak, and press again.");
    return;
  }
  attach(file);
  if (send) byId("composer", HTMLFormElement).requestSubmit(byId("send", HTMLButtonElement));
}

function over() {
  clearInterval(timer);
  recording = null;
  look();
  offer();
}

function look() {
  const button = byId("microphone", HTMLButtonElement);
  const words = /** @type {HTMLElement} */ (button.querySelector("span"));
  const seconds = Math.floor(recording?.seconds ?? 0);
  button.toggleAttribute("data-recording", recording !== null);
  button.setAttribute("aria-label", recording ? "Send what was said" : "Speak a message");
  words.textContent = recording ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "Speak";
}
