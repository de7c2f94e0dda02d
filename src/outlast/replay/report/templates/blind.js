"use strict";
// Shows one pair at a time, keeps what was decided, and saves it as JSON lines. Texts are put in as text, never as markup.
(() => {
  /** @typedef {"left" | "right" | "tie"} Choice */
  /** @typedef {{choice: Choice, leftBad: boolean, rightBad: boolean, judged: boolean}} Decision */
  const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const box = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (at(id));
  /** @type {{sheet: string, pairs: {id: string, turns: {role: string, text: string}[], left: string, right: string}[]}} */
  const sheet = JSON.parse(at("sheet").textContent || "");
  const pairs = sheet.pairs;
  const shelf = "outlast-blind-" + sheet.sheet;
  const lot = new Uint32Array(2);
  crypto.getRandomValues(lot);
  /** @type {{rater: string, decided: Object<string, Decision>}} */
  let kept = { rater: Array.from(lot, (each) => each.toString(16).padStart(8, "0")).join(""), decided: {} };
  let place = 0;
  let saved = true;

  const stored = () => { try { return localStorage.getItem(shelf); } catch { return null; } };
  const store = () => { try { localStorage.setItem(shelf, JSON.stringify(kept)); } catch { /* a browser that keeps nothing: saving still works */ } };
  const count = () => pairs.filter((pair) => kept.decided[pair.id]).length;

  try {
    const before = JSON.parse(stored() || "null");
    if (before && typeof before.rater === "string" && before.decided && typeof before.decided === "object") kept = before;
  } catch { /* somebody else's words under our name: begin anew */ }

  function tell() {
    const done = count();
    /** @type {HTMLProgressElement} */ (at("bar")).value = done;
    at("told").textContent = done + " of " + pairs.length + " decided" + (place < pairs.length ? ", this is number " + (place + 1) : "");
    /** @type {HTMLButtonElement} */ (at("back")).disabled = place === 0;
    /** @type {HTMLButtonElement} */ (at("save")).disabled = done === 0;
  }

  function show() {
    const over = place >= pairs.length;
    at("pair").hidden = over;
    at("done").hidden = !over;
    for (const side of ["left", "tie", "right"]) /** @type {HTMLButtonElement} */ (at("choose-" + side)).disabled = over;
    tell();
    if (over) { at("done-title").focus(); return; }
    const pair = pairs[place];
    const turns = pair.turns.slice();
    const last = turns.pop() || { role: "", text: "" };
    at("last").textContent = last.text;
    at("earlier").hidden = turns.length === 0;
    /** @type {HTMLDetailsElement} */ (at("earlier")).open = false;
    at("earlier-told").textContent = turns.length === 1 ? "1 message before it" : turns.length + " messages before it";
    at("turns").replaceChildren(...turns.flatMap((turn) => {
      const name = document.createElement("h2");
      name.textContent = turn.role;
      const text = document.createElement("pre");
      text.dir = "auto";
      text.textContent = turn.text;
      return [name, text];
    }));
    at("left").textContent = pair.left || "(nothing)";
    at("right").textContent = pair.right || "(nothing)";
    for (const id of ["last", "left", "right"]) at(id).scrollTop = 0;
    const decision = kept.decided[pair.id];
    box("left-bad").checked = Boolean(decision && decision.leftBad);
    box("right-bad").checked = Boolean(decision && decision.rightBad);
    for (const side of ["left", "tie", "right"]) {
      at("choose-" + side).setAttribute("aria-pressed", String(Boolean(decision && decision.choice === side)));
    }
    window.scrollTo(0, 0);
  }

  function choose(/** @type {Choice} */ choice) {
    if (place >= pairs.length) return;
    kept.decided[pairs[place].id] = {
      choice, leftBad: box("left-bad").checked, rightBad: box("right-bad").checked, judged: box("judged").checked,
    };
    saved = false;
    store();
    place += 1;
    show();
  }

  function back() {
    if (place > 0) { place -= 1; show(); }
  }

  function save() {
    const ok = (/** @type {Decision} */ decision, /** @type {boolean} */ bad) => (bad ? false : decision.judged ? true : null);
    const lines = pairs.filter((pair) => kept.decided[pair.id]).map((pair) => {
      const decision = kept.decided[pair.id];
      return JSON.stringify({
        sheet: sheet.sheet, id: pair.id, choice: decision.choice, rater: kept.rater,
        left_ok: ok(decision, decision.leftBad), right_ok: ok(decision, decision.rightBad),
      });
    });
    const link = document.createElement("a");
    link.download = "labels-" + sheet.sheet.slice(0, 12) + "-" + kept.rater.slice(0, 6) + ".jsonl";
    link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "application/jsonl" }));
    link.click();
    URL.revokeObjectURL(link.href);
    saved = true;
  }

  const keys = {
    1: () => choose("left"), 2: () => choose("tie"), 3: () => choose("right"), 0: back,
    4: () => box("left-bad").click(), 6: () => box("right-bad").click(),
  };
  document.addEventListener("keydown", (event) => {
    const act = /** @type {Object<string, () => void>} */ (keys)[event.key];
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat) { event.preventDefault(); act(); }
  });
  at("choose-left").addEventListener("click", () => choose("left"));
  at("choose-tie").addEventListener("click", () => choose("tie"));
  at("choose-right").addEventListener("click", () => choose("right"));
  at("back").addEventListener("click", back);
  at("save").addEventListener("click", save);
  window.addEventListener("beforeunload", (event) => { if (!saved && stored() === null) event.preventDefault(); });

  const open = pairs.findIndex((pair) => !kept.decided[pair.id]);
  place = open < 0 ? pairs.length : open;
  at("choices").hidden = pairs.length === 0;
  show();
})();
