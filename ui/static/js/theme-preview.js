// Settings → Organisation: preview of the colour while it is being chosen.
(() => {
  "use strict";

  const PATTERN = /\/theme\/[0-9a-f]{6}\.css/;

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-theme-preview]")) return;
    const sheet = [...document.querySelectorAll("link[rel=stylesheet]")].find((link) => PATTERN.test(link.href));
    const digits = event.target.value.slice(1).toLowerCase();
    if (!sheet || !/^[0-9a-f]{6}$/.test(digits)) return;
    const next = sheet.cloneNode();
    next.href = sheet.href.replace(PATTERN, `/theme/${digits}.css`);
    // The old colours stay until the new ones are loaded, so that nothing flashes.
    next.addEventListener("load", () => sheet.remove(), { once: true });
    sheet.after(next);
  });
})();
