/**
 * Moments in the zone and the manner of whoever reads; without this they stand in UTC, and say so.
 * It knows no clock: every moment comes from the server.
 */
// @ts-check

const MANNER = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Tell every moment of the page that is still told in UTC; days without a time of day stay days. */
export function tellTimes() {
  for (const time of document.querySelectorAll("time.moment:not([title])")) {
    const moment = new Date(time.getAttribute("datetime") ?? "");
    if (Number.isNaN(moment.getTime())) continue;
    time.setAttribute("title", time.textContent ?? "");
    time.textContent = MANNER.format(moment);
  }
}
