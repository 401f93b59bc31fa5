// Agency, while it is arranged: drag a part to another place, or move it with the arrow keys.
(() => {
  "use strict";

  let dragged = "";
  const part = (event) => event.target.closest?.("[data-part]");
  const STEPS = { ArrowUp: "earlier", ArrowLeft: "earlier", ArrowDown: "later", ArrowRight: "later" };

  function move(key, to) {
    const parts = document.getElementById("agency-parts");
    window.htmx.ajax("POST", parts.dataset.arrangeUrl, {
      source: parts,
      target: parts,
      swap: "outerHTML",
      select: "#agency-parts",
      values: { part: key, to },
    });
  }

  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || !event.target.matches?.("[data-handle]")) return;
    event.preventDefault();
    move(part(event).dataset.part, step);
  });

  // The line that says the new place stays in the page, so that screen readers read it out.
  document.addEventListener("htmx:afterSettle", () => {
    const said = document.querySelector("[data-said]");
    if (said) document.getElementById("agency-live").textContent = said.textContent;
  });

  document.addEventListener("dragstart", (event) => {
    if (!event.target.matches?.("[data-handle]")) return;
    dragged = part(event).dataset.part;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged);
    event.dataTransfer.setDragImage(part(event), 24, 24);
    part(event).classList.add("is-dragged");
  });

  document.addEventListener("dragover", (event) => {
    const over = dragged && part(event);
    document.querySelectorAll(".is-over").forEach((one) => one.classList.toggle("is-over", one === over));
    if (!over) return;
    event.preventDefault();
    over.classList.toggle("is-over", over.dataset.part !== dragged);
  });

  document.addEventListener("drop", (event) => {
    const over = dragged && part(event);
    if (!over) return;
    event.preventDefault();
    if (over.dataset.part !== dragged) move(dragged, over.dataset.part);
  });

  document.addEventListener("dragend", () => {
    dragged = "";
    document.querySelectorAll(".is-over, .is-dragged").forEach((one) => one.classList.remove("is-over", "is-dragged"));
  });
})();
