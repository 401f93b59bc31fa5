// Register → Hours → Month: arrows move over the days, Enter opens one (it is a link).
(() => {
  "use strict";

  const grid = document.querySelector("[data-month-grid]");
  if (!grid) return;
  const days = [...grid.querySelectorAll("[data-day]")];
  const first = days.find((day) => day.hasAttribute("aria-current")) || days.find((day) => !day.closest(".outside"));
  // One stop for Tab; the arrows go on from there.
  const hold = (held) => { for (const day of days) day.tabIndex = day === held ? 0 : -1; };
  hold(first);

  const MOVES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  const turn = (name) => document.querySelector(`[data-month=${name}]`).click();

  grid.addEventListener("keydown", (event) => {
    const { key, target, altKey, ctrlKey, metaKey } = event;
    const at = days.indexOf(target);
    if (at < 0 || altKey || ctrlKey || metaKey) return;
    const week = at - (at % 7);
    if (key === "PageUp" || key === "PageDown") {
      event.preventDefault();
      return turn(key === "PageUp" ? "before" : "after");
    }
    const next = { Home: week, End: week + 6 }[key] ?? (key in MOVES ? at + MOVES[key] : null);
    if (next === null) return;
    event.preventDefault();
    if (next < 0 || next >= days.length) return turn(next < 0 ? "before" : "after");
    hold(days[next]);
    days[next].focus();
  });
  grid.addEventListener("focusin", (event) => days.includes(event.target) && hold(event.target));
})();
