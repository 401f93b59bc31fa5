// Register → Hours → Week: moving, saving a cell on leaving it, pasting, notes. The server reads,
// words and decides everything (registrations/week_cells.py).
(() => {
  "use strict";

  const form = document.getElementById("week-form");
  if (!form) return;
  document.documentElement.classList.add("has-week");
  const grid = form.querySelector("[role=grid]");
  const said = form.dataset;
  const status = document.querySelector("[data-week-status]");
  const cellOf = (element) => element.closest?.("[data-cell]");
  const boxOf = (cell) => cell.querySelector(".cell-box");
  const isInput = (box) => box?.matches("input");
  const field = (cell, kind) => form.elements.namedItem(`${kind}-${cell.dataset.cell}`);
  const rows = () => [...grid.querySelectorAll("tr[data-row]")].map((row) => [...row.querySelectorAll("[data-cell]")]);
  const isShown = (cell) => cell.offsetParent !== null;
  const time = (minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;

  // --- Moving ---------------------------------------------------------------------------------------
  let isEditing = false;

  function go(cell) {
    const box = cell && boxOf(cell);
    if (!box) return;
    box.focus();
    if (isInput(box)) box.select();
  }

  // The next shown cell in a direction; past the last row it goes on at the top of the next day.
  function next(cell, down, right, { wraps = false } = {}) {
    const all = rows().map((row) => row.filter(isShown));
    const y = all.findIndex((row) => row.includes(cell));
    const x = all[y].indexOf(cell);
    if (wraps && down && y === all.length - 1) return all[0][x + 1] || cell;
    return all[y + down]?.[x + right] || cell;
  }

  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function edge(cell, key, isWhole) {
    const all = rows().map((row) => row.filter(isShown));
    const row = isWhole ? all[key === "Home" ? 0 : all.length - 1] : all.find((one) => one.includes(cell));
    return row[key === "Home" ? 0 : row.length - 1];
  }

  grid.addEventListener("focusin", (event) => {
    isEditing = false;
    if (isInput(event.target)) event.target.select();
  });
  grid.addEventListener("input", () => { isEditing = true; });
  grid.addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, shiftKey, altKey } = event;
    const cell = cellOf(target);
    if (!cell || target !== boxOf(cell) || altKey) return;
    const isSideways = ["ArrowLeft", "ArrowRight", "Home", "End"].includes(key);
    if (isSideways && isEditing && !ctrlKey && !metaKey) return; // the caret moves
    if (key in MOVES && !shiftKey) go(next(cell, ...MOVES[key]));
    else if (key === "Home" || key === "End") go(edge(cell, key, ctrlKey || metaKey));
    else if (key === "Enter" && shiftKey) openNote(cell);
    else if (key === "Enter" && target.matches("a")) return;
    else if (key === "Enter") go(next(cell, 1, 0, { wraps: true }));
    else if (key === "F2" && isInput(target)) {
      isEditing = true;
      target.setSelectionRange(target.value.length, target.value.length);
    } else if (key === "Escape" && isInput(target)) {
      target.value = target.dataset.saved;
      isEditing = false;
      clear(cell);
      target.select();
    } else return;
    event.preventDefault();
  });

  // --- Saving: on leaving a cell; cells that wait are sent together ----------------------------------
  const dirty = new Map(); // a cell that is not saved, and what was confirmed about it
  let sending = false;

  function touch(cell, confirmed = []) {
    dirty.set(cell, confirmed);
    cell.classList.add("saving");
    cell.classList.remove("failed");
    setTimeout(flush);
  }

  grid.addEventListener("focusout", (event) => {
    if (!isInput(event.target) || event.target.type !== "text") return;
    const cell = cellOf(event.target);
    if (event.target.value.trim() !== event.target.dataset.saved && !cell.classList.contains("failed")) touch(cell);
  });
  grid.addEventListener("input", (event) => {
    const cell = cellOf(event.target);
    if (cell && event.target === boxOf(cell)) clear(cell);
  });

  async function flush() {
    if (sending || !dirty.size) return;
    sending = true;
    const batch = new Map(dirty);
    dirty.clear();
    status.textContent = said.saving;
    const body = new FormData();
    const sent = new Map();
    for (const [cell, confirmed] of batch) {
      for (const kind of ["c", "n", "s"]) body.append(`${kind}-${cell.dataset.cell}`, field(cell, kind).value);
      for (const token of confirmed) body.append("confirmed", token);
      sent.set(cell, { text: boxOf(cell).value, note: field(cell, "n").value });
    }
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
      const answer = await fetch(form.action, { method: "POST", body, headers });
      if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error(said.login);
      const { cells, at } = await answer.json();
      for (const told of cells) show(told, sent);
      for (const cell of batch.keys()) cell.classList.remove("saving");
      status.textContent = grid.querySelector(".failed") ? "" : `${said.saved} ${at}`;
    } catch (error) {
      status.textContent = "";
      const sentence = error instanceof TypeError ? said.offline : error.message;
      for (const cell of batch.keys()) fail(cell, sentence, [[said.retry, () => touch(cell)]]);
    }
    sending = false;
    add();
    flush();
  }

  function show(told, sent) {
    const cell = grid.querySelector(`[data-cell="${told.key}"]`);
    const box = boxOf(cell);
    field(cell, "s").value = told.seen;
    box.dataset.saved = told.text;
    cell.dataset.minutes = told.minutes;
    if (told.is_stale) {
      const keep = () => { box.value = told.text; field(cell, "n").value = told.note; clear(cell); go(cell); };
      return fail(cell, told.sentence, [[said.replace, () => touch(cell)], [said.keep, keep]]);
    }
    if (told.sentence || told.questions.length) {
      const text = [told.sentence, ...told.questions.map(([question]) => question)].filter(Boolean).join(" ");
      const tokens = told.questions.map(([, token]) => token);
      return fail(cell, text, tokens.length && !told.sentence ? [[said.yes, () => touch(cell, tokens)]] : []);
    }
    clear(cell);
    for (const name of ["open", "submitted", "approved", "rejected", "mixed"]) cell.classList.toggle(name, told.status === name);
    // What was typed on while it was saved stays, and is saved after it.
    const { text, note } = sent.get(cell);
    const isSame = box.value === text && field(cell, "n").value === note;
    if (box.value === text) box.value = told.text;
    if (field(cell, "n").value === note) noteShown(cell, told.note);
    if (!isSame) touch(cell);
    return null;
  }

  // --- What is wrong stands below the row ------------------------------------------------------------
  const saidOf = (cell) => cell.closest("tr").nextElementSibling;

  function clear(cell) {
    const place = saidOf(cell);
    place.querySelector(`[data-about="${cell.dataset.cell}"]`)?.remove();
    place.hidden = !place.querySelector("[data-said]").childElementCount;
    cell.classList.remove("failed");
    boxOf(cell).removeAttribute("aria-invalid");
  }

  function fail(cell, sentence, ways) {
    clear(cell);
    cell.classList.remove("saving");
    cell.classList.add("failed");
    boxOf(cell).setAttribute("aria-invalid", "true");
    const line = document.createElement("div");
    line.className = "said-problem";
    line.dataset.about = cell.dataset.cell;
    line.setAttribute("role", "alert");
    const day = grid.querySelector(`#d${cell.dataset.day} a`).textContent;
    line.append(`${day}: ${sentence}`);
    for (const [label, act] of ways) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-secondary btn-small", textContent: label });
      button.addEventListener("click", () => { go(cell); act(); });
      line.append(" ", button);
    }
    saidOf(cell).querySelector("[data-said]").append(line);
    saidOf(cell).hidden = false;
  }

  window.addEventListener("online", () => {
    for (const cell of grid.querySelectorAll(".failed")) if (saidOf(cell).textContent.includes(said.offline)) touch(cell);
  });
  window.addEventListener("beforeunload", (event) => {
    const { activeElement: box } = document;
    const isTyping = isInput(box) && box.form === form && box.type === "text" && box.value.trim() !== box.dataset.saved;
    if (dirty.size || sending || isTyping) event.preventDefault();
  });
  // Another form of the page, such as Submit week, waits until everything is saved.
  document.addEventListener("submit", (event) => {
    if (event.target === form) return event.preventDefault();
    if (!dirty.size && !sending) return null;
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => event.target.requestSubmit(event.submitter), 60);
    return null;
  }, true);

  // --- Totals -----------------------------------------------------------------------------------------
  function add() {
    const all = rows();
    const sum = (cells) => cells.reduce((total, cell) => total + Number(cell.dataset.minutes), 0);
    for (const cells of all) cells[0].closest("tr").querySelector("[data-row-total]").textContent = time(sum(cells));
    for (const place of document.querySelectorAll("[data-day-total]")) {
      place.textContent = time(sum(all.map((cells) => cells[Number(place.dataset.dayTotal)])));
    }
    for (const place of grid.querySelectorAll("[data-day-due]")) {
      const { dayDue, expected, past } = place.dataset;
      const left = Number(expected) - sum(all.map((cells) => cells[Number(dayDue)]));
      const isMissing = past !== undefined && left > 0;
      place.textContent = isMissing ? said.missing.replace("%s", time(left)) : said.of.replace("%s", time(Number(expected)));
      place.classList.toggle("missing", isMissing);
    }
    for (const place of document.querySelectorAll("[data-week-total]")) place.textContent = time(sum(all.flat()));
  }

  // --- Pasting a row or a block of a spreadsheet ------------------------------------------------------
  grid.addEventListener("paste", (event) => {
    const cell = cellOf(event.target);
    const text = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "");
    if (!cell || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const all = rows();
    const y = all.findIndex((row) => row.includes(cell));
    const x = all[y].indexOf(cell);
    text.split("\n").forEach((line, down) => line.split("\t").forEach((value, right) => {
      const target = all[y + down]?.[x + right];
      if (!target || !value.trim()) return;
      const box = boxOf(target);
      if (!isInput(box)) return fail(target, `${value.trim()} – ${box.title}`, []);
      box.value = value.trim();
      if (box.value !== box.dataset.saved) touch(target);
      return null;
    }));
  });

  // --- Notes -------------------------------------------------------------------------------------------
  const dialog = document.getElementById("note-dialog");
  const area = dialog.querySelector("textarea");
  let noted = null;

  function noteShown(cell, note) {
    field(cell, "n").value = note;
    const corner = cell.querySelector("[data-note]");
    corner.classList.toggle("has-note", Boolean(note));
    corner.title = note;
  }

  function openNote(cell) {
    if (!isInput(boxOf(cell))) return;
    noted = cell;
    const day = grid.querySelector(`#d${cell.dataset.day} a`).textContent;
    dialog.querySelector("[data-note-of]").textContent = `${cell.closest("tr").querySelector(".line-1").textContent}, ${day}`;
    area.value = field(cell, "n").value;
    dialog.showModal();
    area.focus();
  }

  grid.addEventListener("click", (event) => {
    if (event.target.closest("[data-note]")) openNote(cellOf(event.target));
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) dialog.close("save");
  });
  dialog.addEventListener("close", () => {
    const cell = noted;
    const isNew = dialog.returnValue === "save" && area.value.trim() !== field(cell, "n").value;
    dialog.returnValue = "";
    if (isNew) {
      field(cell, "n").value = area.value.trim();
      touch(cell);
    }
    go(cell);
  });

  // --- Where typing begins -----------------------------------------------------------------------------
  if (said.beginsAt) go([...grid.querySelectorAll(`tr[data-row="${said.beginsAt}"] [data-cell]`)].find((cell) => isInput(boxOf(cell))));
})();
