// Selected rows that survive a change of page or tab. Stored for this browser tab, per
// organisation and scope: {hours: {"12": {minutes, amount, km}}, expenses: {…}}; amounts in cents.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, listener) => document.addEventListener(name, listener);
  const scopeOf = (element) => element.closest("[data-selection-scope]")?.dataset.selectionScope || "overview";
  const kindOf = (box) => box.closest("[data-selection]").dataset.selection;
  const keyOf = (scope) => `selection:${document.body.dataset.organisation}:${scope}`;
  const cents = (text) => Math.round(Number(text || 0) * 100);

  function read(scope) {
    try {
      return JSON.parse(sessionStorage.getItem(keyOf(scope))) || {};
    } catch {
      return {};
    }
  }

  function write(scope, selection) {
    sessionStorage.setItem(keyOf(scope), JSON.stringify(selection));
    draw(scope);
    document.dispatchEvent(new CustomEvent("selection-changed", { detail: { scope, selection } }));
  }

  function clear(scope, kinds) {
    const selection = kinds?.length ? read(scope) : {};
    for (const kind of kinds || []) delete selection[kind];
    write(scope, selection);
    restore();
  }

  // After an action: the whole selection of a scope, or one row of it, `kind:id`.
  function end(scope, row) {
    if (!row) return clear(scope);
    const [kind, id] = row.split(":");
    const selection = read(scope);
    delete selection[kind]?.[id];
    write(scope, selection);
  }

  function put(selection, box) {
    const rows = (selection[kindOf(box)] ||= {});
    if (box.checked && !box.disabled) {
      rows[box.value] = figuresOf(box.dataset);
    } else {
      delete rows[box.value];
    }
  }

  // --- Format figures as the page does --------------------------------------------------------------
  const isDutch = document.documentElement.lang === "nl";
  const format = (value, digits) =>
    new Intl.NumberFormat(isDutch ? "nl-NL" : "en-GB", {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }).format(value);
  // Hours are worth what the server says (lib/money.py): the minutes of a project at one rate are
  // added, rounded to hundredths of an hour, and then priced. All numbers here are whole.
  const figuresOf = ({ minutes, amount, km, rate, project }) => ({
    minutes: Number(minutes || 0), amount: cents(amount), km: Number(km || 0),
    ...(rate ? { rate: cents(rate), project } : {}),
  });
  const worth = (rows) => {
    const hours = {};
    let total = 0;
    for (const { amount, minutes, rate, project } of Object.values(rows)) {
      if (rate === undefined) total += amount;
      else (hours[`${project} ${rate}`] ||= { rate, minutes: 0 }).minutes += minutes;
    }
    for (const { rate, minutes } of Object.values(hours)) {
      const hundredths = Math.floor((minutes * 10 + 3) / 6);
      total += Math.floor((hundredths * rate + 50) / 100);
    }
    return total;
  };
  const sum = (rows, name) => Object.values(rows).reduce((total, row) => total + row[name], 0);
  const figure = {
    minutes: (rows) => {
      const minutes = sum(rows, "minutes");
      return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} ${isDutch ? "uur" : "h"}`;
    },
    amount: (rows) => `€\u00a0${format(worth(rows) / 100, 2)}`,
    km: (rows) => `${format(sum(rows, "km"), 0)} km`,
  };

  // Of the rows of this page: how many of the selected ones the list shows, unless it shows them all.
  function drawShown(element, rows) {
    if (!element) return;
    const count = Object.keys(rows).length;
    const scope = scopeOf(element);
    const boxes = all("[data-selection] input[name=ids]").filter((box) => scopeOf(box) === scope);
    const shown = boxes.filter((box) => box.value in rows).length;
    element.textContent = shown < count ? element.dataset.selectionShown.replace("{n}", shown) : "";
  }

  function drawPart(part, rows) {
    const count = Object.keys(rows).length;
    part.hidden = count === 0;
    const { one, many } = part.dataset;
    part.querySelector("[data-selection-rows]").textContent = `${count} ${count === 1 ? one : many}`;
    drawShown(part.querySelector("[data-selection-shown]"), rows);
    for (const element of all("[data-selection-figure]", part)) {
      element.textContent = ` · ${figure[element.dataset.selectionFigure](rows)}`;
    }
  }

  function drawBar(bar, selection) {
    const kinds = Object.values(selection);
    bar.hidden = !kinds.some((rows) => Object.keys(rows).length);
    for (const part of all("[data-selection-part]", bar)) {
      drawPart(part, selection[part.dataset.selectionPart] || {});
    }
    const parts = all("[data-selection-part]:not([hidden])", bar);
    for (const plus of all("[data-selection-plus]", bar)) {
      plus.hidden = plus.closest("[data-selection-part]") === parts[0];
    }
    const total = kinds.reduce((cents_, rows) => cents_ + worth(rows), 0);
    const shown = bar.querySelector("[data-selection-total]");
    if (shown) shown.textContent = `€\u00a0${format(total / 100, 2)}`;
  }

  function fillForm(form, selection) {
    all("input[data-selection-id]", form).forEach((input) => input.remove());
    for (const [kind, rows] of Object.entries(selection)) {
      for (const id of Object.keys(rows)) {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name: kind, value: id });
        input.dataset.selectionId = "";
        form.append(input);
      }
    }
  }

  function draw(scope) {
    const selection = read(scope);
    const mine = (selector) => all(selector).filter((element) => scopeOf(element) === scope);
    mine("[data-selection-bar]").forEach((bar) => drawBar(bar, selection));
    mine("[data-selection-form]").forEach((form) => fillForm(form, selection));
    for (const pill of mine("[data-selection-count]")) {
      const count = Object.keys(selection[pill.dataset.selectionCount] || {}).length;
      pill.textContent = count;
      pill.hidden = count === 0;
    }
    const any = Object.values(selection).some((rows) => Object.keys(rows).length);
    for (const button of mine("[data-selection-needed]")) button.disabled = !any;
  }

  function drawHead(table) {
    const head = table.querySelector("[data-select-all]");
    if (!head) return;
    const boxes = all("tbody input[name=ids]:not(:disabled)", table);
    const ticked = boxes.filter((box) => box.checked).length;
    head.checked = boxes.length > 0 && ticked === boxes.length;
    head.indeterminate = ticked > 0 && ticked < boxes.length;
  }

  // The amount of a row depends on some filters: with other filters it is a different, unselected row.
  function rebase() {
    for (const element of all("[data-selection-basis]")) {
      const scope = scopeOf(element);
      const key = `${keyOf(scope)}:basis`;
      const { selectionBasis } = element.dataset;
      if (sessionStorage.getItem(key) === selectionBasis) continue;
      sessionStorage.setItem(key, selectionBasis);
      write(scope, {});
    }
  }

  // Check the selected rows of this page, and read their figures again.
  function restore() {
    rebase();
    const scopes = new Set(all("[data-selection], [data-selection-bar], [data-selection-count], [data-selection-form]").map(scopeOf));
    for (const table of all("[data-selection]")) {
      const scope = scopeOf(table);
      const selection = read(scope);
      const rows = selection[table.dataset.selection] || {};
      for (const box of all("input[name=ids]", table)) {
        box.checked = box.value in rows && !box.disabled;
        if (box.value in rows) put(selection, box);
      }
      sessionStorage.setItem(keyOf(scope), JSON.stringify(selection));
      drawHead(table);
    }
    scopes.forEach(draw);
  }

  on("change", (event) => {
    const box = event.target;
    const table = box.closest?.("[data-selection]");
    if (!table || !box.matches("input[name=ids], [data-select-all]")) return;
    const boxes = box.matches("[data-select-all]")
      ? all("tbody input[name=ids]:not(:disabled)", table) : [box];
    const selection = read(scopeOf(table));
    for (const one of boxes) {
      one.checked = box.checked;
      put(selection, one);
    }
    write(scopeOf(table), selection);
    drawHead(table);
  });
  on("click", (event) => {
    const button = event.target.closest("button[data-selection-clear]");
    if (button) clear(button.dataset.selectionClear || "overview");
  });
  on("selection-add", (event) => {
    const table = event.target.closest("[data-selection]");
    const selection = read(scopeOf(table));
    const rows = (selection[table.dataset.selection] ||= {});
    for (const [id, figures] of Object.entries(event.detail.rows)) rows[id] = figuresOf(figures);
    write(scopeOf(table), selection);
    restore();
  });
  on("selection-clear", (event) => clear(event.detail?.scope || "overview", event.detail?.kinds));
  on("htmx:afterSettle", restore);
  window.addEventListener("pageshow", restore);
  on("DOMContentLoaded", () => {
    // The page after the action says which rows are no longer selected.
    for (const { dataset } of all("[data-selection-done]")) end(dataset.selectionDone, dataset.row);
    restore();
  });
})();
