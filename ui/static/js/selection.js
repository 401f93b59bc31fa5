// Selected rows that survive a change of page or tab. Stored for this browser tab, per
// organisation and scope: {hours: {"12": {minutes, amount, tenths}}, expenses: {…}}; amounts in
// cents, kilometres in tenths.
// A kind may also have all rows of a filter, stored beside it: {hours: {token, query, newest, count,
// minutes, tenths, amount, groups, without: {"12": {…}}}}. Rows in `without` do not belong to it.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, listener) => document.addEventListener(name, listener);
  const scopeOf = (element) => element.closest("[data-selection-scope]")?.dataset.selectionScope || "overview";
  const kindOf = (box) => box.closest("[data-selection]").dataset.selection;
  const keyOf = (scope) => `selection:${document.body.dataset.organisation}:${scope}`;
  const filtersKeyOf = (scope) => `${keyOf(scope)}:filters`;
  const cents = (text) => Math.round(Number(text || 0) * 100);

  function read(scope) {
    try {
      return JSON.parse(sessionStorage.getItem(keyOf(scope))) || {};
    } catch {
      return {};
    }
  }

  function readFilters(scope) {
    try {
      return JSON.parse(sessionStorage.getItem(filtersKeyOf(scope))) || {};
    } catch {
      return {};
    }
  }

  function write(scope, selection, filters = readFilters(scope)) {
    sessionStorage.setItem(filtersKeyOf(scope), JSON.stringify(filters));
    sessionStorage.setItem(keyOf(scope), JSON.stringify(selection));
    draw(scope);
    document.dispatchEvent(new CustomEvent("selection-changed", { detail: { scope, selection } }));
  }

  function clear(scope, kinds) {
    const selection = kinds?.length ? read(scope) : {};
    const filters = kinds?.length ? readFilters(scope) : {};
    for (const kind of kinds || []) {
      delete selection[kind];
      delete filters[kind];
    }
    write(scope, selection, filters);
    restore();
  }

  // After an action: the whole selection of a scope, or one row of it, `kind:id`.
  function end(scope, row) {
    if (!row) return clear(scope);
    const [kind, id] = row.split(":");
    const [selection, filters] = [read(scope), readFilters(scope)];
    delete selection[kind]?.[id];
    if (filters[kind]) filters[kind].without[id] ||= figuresOf({});
    write(scope, selection, filters);
  }

  // Whether the row of a box belongs to the selected filter of its kind: with the filter of the
  // list itself it does; with another one the server said so.
  const found = {};
  function isInFilter(box, filter) {
    if (!filter) return false;
    const table = box.closest("[data-selection]");
    if (table.dataset.selectionQuery === filter.query) return Number(box.value) <= filter.newest;
    return Boolean(found[filter.token]?.[box.value]);
  }
  const isSelected = (box, rows, filter) =>
    box.value in rows || (isInFilter(box, filter) && !(box.value in filter.without));

  // Ask once which rows of a table belong to its selected filter, and draw them again.
  async function ask(table, filter) {
    const boxes = all("input[name=ids]", table);
    const known = (found[filter.token] ||= {});
    const unknown = boxes.filter((box) => !(box.value in known)).map((box) => box.value);
    if (table.dataset.selectionQuery === filter.query || !unknown.length) return;
    for (const id of unknown) known[id] = false;
    for (const id of await idsInFilter(table, filter, unknown)) known[id] = true;
    restore();
  }

  async function idsInFilter(table, filter, ids) {
    const body = new FormData(document.querySelector("form[data-selection-form]"));
    for (const name of [...body.keys()]) if (name !== "csrfmiddlewaretoken") body.delete(name);
    body.append("filter", filter.token);
    for (const id of ids) body.append("shown", id);
    const answer = await fetch(table.dataset.selectionAsk, { method: "POST", body });
    return answer.ok ? (await answer.json()).ids : [];
  }

  function put(selection, filters, box) {
    const rows = (selection[kindOf(box)] ||= {});
    const filter = filters[kindOf(box)];
    const isTicked = box.checked && !box.disabled;
    if (isInFilter(box, filter)) {
      delete rows[box.value];
      if (isTicked) delete filter.without[box.value];
      else filter.without[box.value] = figuresOf(box.dataset);
    } else if (isTicked) {
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
  // Rows are worth what the server says (registrations/worth.py): the rounded minutes or the
  // kilometres of a project at one rate are added, minutes become hundredths of an hour, and then
  // they are priced. All numbers here are whole.
  const figuresOf = ({ minutes, rounded, amount, km, rate, project }) => ({
    minutes: Number(minutes || 0), priced: Number(rounded || minutes || 0), amount: cents(amount), tenths: Math.round(Number(km || 0) * 10),
    ...(rate ? { rate: cents(rate), project } : {}),
  });
  // What is selected of a kind: the rows of its filter, less those without, and the ticked rows.
  function figures(rows = {}, filter = null) {
    const total = { count: 0, minutes: 0, tenths: 0, amount: 0 };
    const rated = {};
    const add = ({ amount, minutes, priced = minutes, tenths = 0, rate, project, count = 1 }, sign = 1) => {
      total.count += sign * count;
      total.minutes += sign * minutes;
      total.tenths += sign * tenths;
      if (rate === undefined) {
        total.amount += sign * amount;
      } else {
        const group = (rated[`${project} ${rate}`] ||= { rate, minutes: 0, tenths: 0 });
        group.minutes += sign * priced;
        group.tenths += sign * tenths;
      }
    };
    if (filter) {
      add(filter);
      for (const [project, rate, minutes, tenths = 0] of filter.groups) {
        rated[`${project} ${cents(rate)}`] = { rate: cents(rate), minutes, tenths };
      }
      for (const row of Object.values(filter.without)) add(row, -1);
    }
    for (const row of Object.values(rows)) add(row);
    for (const { rate, minutes, tenths } of Object.values(rated)) {
      const hundredths = Math.floor((minutes * 10 + 3) / 6) + tenths * 10;
      total.amount += Math.floor((hundredths * rate + 50) / 100);
    }
    return total;
  }
  const written = {
    minutes: ({ minutes }) =>
      `${format(Math.floor(minutes / 60), 0)}:${String(minutes % 60).padStart(2, "0")} ${isDutch ? "uur" : "h"}`,
    amount: ({ amount }) => `€\u00a0${format(amount / 100, 2)}`,
    km: ({ tenths }) => `${format(tenths / 10, tenths % 10 ? 1 : 0)} km`,
  };

  // Of the rows of this page: how many of the selected ones the list shows, unless it shows them all.
  function drawShown(element, count, rows, filter) {
    if (!element) return;
    const scope = scopeOf(element);
    const boxes = all("[data-selection] input[name=ids]").filter((box) => scopeOf(box) === scope);
    const shown = boxes.filter((box) => isSelected(box, rows, filter)).length;
    element.textContent = shown < count ? element.dataset.selectionShown.replace("{n}", shown) : "";
  }

  function drawPart(part, rows = {}, filter = null) {
    const total = figures(rows, filter);
    part.hidden = total.count === 0;
    const { one, many } = part.dataset;
    const words = `${format(total.count, 0)} ${total.count === 1 ? one : many}`;
    part.querySelector("[data-selection-rows]").textContent = words;
    drawShown(part.querySelector("[data-selection-shown]"), total.count, rows, filter);
    for (const element of all("[data-selection-figure]", part)) {
      element.textContent = ` · ${written[element.dataset.selectionFigure](total)}`;
    }
  }

  // Once all rows of the page are ticked: the button below the list that selects the others too.
  function drawOffer(bar, filters) {
    const offer = bar.querySelector("[data-selection-offer]");
    const table = all("[data-selection]").find((element) => scopeOf(element) === scopeOf(bar));
    const button = table?.querySelector("tfoot [data-select-filter]");
    const boxes = button ? all("tbody input[name=ids]:not(:disabled)", table) : [];
    offer.hidden = !boxes.length || table.dataset.selection in filters || boxes.some((box) => !box.checked);
    if (!offer.hidden) offer.textContent = button.textContent;
  }

  const kindsOf = (selection, filters) => new Set([...Object.keys(selection), ...Object.keys(filters)]);

  function drawBar(bar, selection, filters) {
    const totals = [...kindsOf(selection, filters)].map((kind) => figures(selection[kind], filters[kind]));
    bar.hidden = !totals.some(({ count }) => count);
    for (const part of all("[data-selection-part]", bar)) {
      const kind = part.dataset.selectionPart;
      drawPart(part, selection[kind], filters[kind]);
    }
    const parts = all("[data-selection-part]:not([hidden])", bar);
    for (const plus of all("[data-selection-plus]", bar)) {
      plus.hidden = plus.closest("[data-selection-part]") === parts[0];
    }
    drawOffer(bar, filters);
    const shown = bar.querySelector("[data-selection-total]");
    if (shown) shown.textContent = written.amount({ amount: totals.reduce((sum, { amount }) => sum + amount, 0) });
  }

  function fillForm(form, selection, filters) {
    all("input[data-selection-id]", form).forEach((input) => input.remove());
    const add = (name, value) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      input.dataset.selectionId = "";
      form.append(input);
    };
    for (const [kind, rows] of Object.entries(selection)) {
      for (const id of Object.keys(rows)) add(kind, id);
    }
    for (const [kind, filter] of Object.entries(filters)) {
      add(`${kind}-filter`, filter.token);
      for (const id of Object.keys(filter.without)) add(`${kind}-without`, id);
    }
  }

  function draw(scope) {
    const selection = read(scope);
    const filters = readFilters(scope);
    const mine = (selector) => all(selector).filter((element) => scopeOf(element) === scope);
    mine("[data-selection-bar]").forEach((bar) => drawBar(bar, selection, filters));
    mine("[data-selection-form]").forEach((form) => fillForm(form, selection, filters));
    for (const pill of mine("[data-selection-count]")) {
      const kind = pill.dataset.selectionCount;
      const { count } = figures(selection[kind], filters[kind]);
      pill.textContent = format(count, 0);
      pill.hidden = count === 0;
    }
    const any = [...kindsOf(selection, filters)].some((kind) => figures(selection[kind], filters[kind]).count);
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
      write(scope, {}, {});
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
      const filter = readFilters(scope)[table.dataset.selection];
      for (const box of all("input[name=ids]", table)) {
        box.checked = isSelected(box, rows, filter) && !box.disabled;
        if (box.value in rows) rows[box.value] = figuresOf(box.dataset);
        if (box.value in rows && box.disabled) delete rows[box.value];
      }
      if (filter) ask(table, filter);
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
    const filters = readFilters(scopeOf(table));
    for (const one of boxes) {
      one.checked = box.checked;
      put(selection, filters, one);
    }
    write(scopeOf(table), selection, filters);
    drawHead(table);
  });
  on("click", (event) => {
    const button = event.target.closest("button[data-selection-clear]");
    if (button) clear(button.dataset.selectionClear || "overview");
    if (event.target.closest("[data-selection-offer]")) document.querySelector("tfoot [data-select-filter]")?.click();
  });
  // All rows of a filter: ticked rows that belong to it are not counted twice.
  on("selection-filter", async (event) => {
    const table = event.target.closest("[data-selection]");
    const scope = scopeOf(table);
    const kind = table.dataset.selection;
    const filter = { ...event.detail, without: {} };
    const ticked = Object.keys(read(scope)[kind] || {});
    const counted = ticked.length ? await idsInFilter(table, filter, ticked) : [];
    const selection = read(scope);
    for (const id of counted) delete selection[kind][id];
    write(scope, selection, { ...readFilters(scope), [kind]: filter });
    restore();
  });
  on("selection-clear", (event) => clear(event.detail?.scope || "overview", event.detail?.kinds));
  on("htmx:afterSettle", restore);
  window.addEventListener("pageshow", restore);
  // At once, before the page is drawn. It says which rows are no longer selected.
  for (const { dataset } of all("[data-selection-done]")) end(dataset.selectionDone, dataset.row);
  restore();
})();
