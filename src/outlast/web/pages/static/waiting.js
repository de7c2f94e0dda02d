// Turns a page that waits for the first call into the page with it: asks again, quietly, and stops when left alone.
const place = document.querySelector("[data-waiting]");
const EVERY_MS = 3000;

/** @param {Element} waiting */
async function look(waiting) {
  if (!document.hidden) {
    try {
      const answer = await fetch(/** @type {HTMLElement} */ (waiting).dataset.waiting ?? "", { headers: { accept: "text/html" } });
      const text = await answer.text();
      if (answer.ok && !text.includes("data-waiting")) {
        location.reload();
        return;
      }
    } catch {
      // The gateway is away for a moment: the next look will find it.
    }
  }
  setTimeout(look, EVERY_MS, waiting);
}

if (place) setTimeout(look, EVERY_MS, place);
