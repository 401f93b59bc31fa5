// Settings → Import: each change draws the columns and the preview again. What was typed in the
// meantime stays, because its own change follows; and the focus stays where it was.
(() => {
  "use strict";

  const FORM = "import-draft";
  let isTyped = false;
  let focused = "";

  document.addEventListener("input", (event) => {
    if (event.target.closest?.(`#${FORM}`)) isTyped = true;
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id === FORM) isTyped = false;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== FORM) return;
    if (isTyped) event.detail.shouldSwap = false;
    focused = document.activeElement?.id ?? "";
  });

  // A box that was ticked is gone: the field of its column has the focus then.
  document.addEventListener("htmx:afterSettle", () => {
    if (document.activeElement !== document.body || !focused.startsWith("right-")) return;
    document.getElementById(focused.replace("right-", "column-"))?.focus();
    focused = "";
  });
})();
