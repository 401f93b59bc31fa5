// Settings → Audit log: an entry unfolds below its line. Without this the link opens its own page.
(() => {
  "use strict";

  async function part(address) {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    return answer.ok ? answer.text() : "";
  }

  async function unfold(link) {
    const body = link.closest("tbody");
    const isOpen = link.getAttribute("aria-expanded") === "true";
    link.setAttribute("aria-expanded", String(!isOpen));
    body.querySelector(".audit-unfolded")?.remove();
    if (isOpen) return;
    const html = await part(link.href);
    if (!html) window.location.assign(link.href);
    if (!html || link.getAttribute("aria-expanded") !== "true") return;
    body.querySelector(".audit-unfolded")?.remove();
    const row = body.insertRow();
    row.className = "audit-unfolded";
    const cell = row.insertCell();
    cell.colSpan = 6;
    cell.innerHTML = html;
  }

  async function showAll(link) {
    const entry = link.closest(".audit-entry");
    const html = await part(link.href);
    if (html) entry.outerHTML = html;
    else window.location.assign(link.href);
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("[data-unfold-entry]");
    const more = event.target.closest(".audit-unfolded [data-more-rows]");
    if (!link && !more) return;
    event.preventDefault();
    if (link) unfold(link);
    else showAll(more);
  });
})();
