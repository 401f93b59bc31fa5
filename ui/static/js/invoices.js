// The list of invoices: only sent invoices can get a sales entry. The state of selected invoices is
// stored here, because they may be on another page of the list.
(() => {
  "use strict";

  const key = `entries:${document.body.dataset.organisation}`;
  const known = () => new Set(JSON.parse(sessionStorage.getItem(key) || "[]"));

  function look() {
    const ids = known();
    for (const box of document.querySelectorAll("[data-selection=invoices] tbody input[name=ids]")) {
      ids["mayBeEntered" in box.dataset ? "add" : "delete"](box.value);
    }
    sessionStorage.setItem(key, JSON.stringify([...ids]));
  }

  function draw(selection) {
    const ids = known();
    const any = Object.keys(selection.invoices || {}).some((id) => ids.has(id));
    for (const button of document.querySelectorAll("[data-entries-needed]")) button.disabled = !any;
  }

  function current() {
    const stored = sessionStorage.getItem(`selection:${document.body.dataset.organisation}:invoices`);
    return JSON.parse(stored || "{}");
  }

  document.addEventListener("selection-changed", (event) => {
    if (event.detail.scope === "invoices") draw(event.detail.selection);
  });
  for (const name of ["DOMContentLoaded", "htmx:afterSettle"]) {
    document.addEventListener(name, () => { look(); draw(current()); });
  }
  window.addEventListener("pageshow", () => draw(current()));
})();
