// Pickers: one row of many is found by typing (a combobox), or several in the menu of a filter.
// The server finds and words everything (ui/pickers.py); nothing here knows what is picked.
(() => {
  "use strict";

  const WAIT = 150; // ms without a key before the server is asked
  const on = (name, listener, options) => document.addEventListener(name, listener, options);
  const states = new WeakMap(); // of a picker: see `stateOf`

  const pickerOf = (element) => element.closest?.("[data-picker]");
  const isText = (element) => element.matches?.("[data-picker-text]");
  const textOf = (picker) => picker.querySelector("[data-picker-text]");
  const valueOf = (picker) => picker.querySelector("[data-picker-value]");
  const menuOf = (picker) => picker.querySelector("[data-picker-menu]");
  const optionsOf = (picker) => [...picker.querySelectorAll("[role=option]")];

  // `kept` is what was chosen last: Escape brings it back. `moved` is true after an arrow key.
  // `isFilled` is true as long as nobody chose it here: it came with the page or with another choice.
  function stateOf(picker) {
    if (!states.has(picker)) {
      const kept = { id: valueOf(picker).value, label: valueOf(picker).value ? textOf(picker).value : "" };
      states.set(picker, { kept, said: kept.id, active: -1, moved: false, answer: null, timer: 0, left: false, isFilled: true });
    }
    return states.get(picker);
  }

  async function part(url, query, signal) {
    const address = new URL(url, window.location.href);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const answer = await fetch(address, { signal, headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const found = template.content.querySelector("[data-picker-answer]");
    if (!found) throw new Error("another page, such as the login");
    return found;
  }

  // A lost connection, or an answer of another page.
  function tellTrouble(places, error) {
    const { failed, offline } = document.body.dataset;
    for (const place of places) place.textContent = error instanceof TypeError ? offline : failed;
  }

  // --- Values of other fields, in the same form -----------------------------------------------------
  function fieldsOf(picker) {
    return textOf(picker).form?.elements || { namedItem: () => null };
  }

  const bare = (picker, name) => name.slice((picker.dataset.pickerPrefix || "").length);
  const words = (text) => (text || "").split(" ").filter(Boolean);

  // A customer that came with a project does not limit the projects; one that was chosen does.
  function given(picker) {
    const values = {};
    for (const name of words(picker.dataset.pickerNeeds)) {
      const field = fieldsOf(picker).namedItem(name);
      const source = field && pickerOf(field);
      const isOurs = words(picker.dataset.pickerFills).includes(bare(picker, name));
      const isFilled = isOurs && source && stateOf(source).isFilled;
      values[bare(picker, name)] = isFilled ? "" : field?.value || "";
    }
    return values;
  }

  const others = (picker) => [...(textOf(picker).form?.querySelectorAll("[data-picker]") || [])].filter((other) => other !== picker);

  // --- The menu -------------------------------------------------------------------------------------
  const isOpen = (picker) => textOf(picker).getAttribute("aria-expanded") === "true";

  function place(picker) {
    const box = textOf(picker).getBoundingClientRect();
    const menu = menuOf(picker);
    const width = Math.min(Math.max(box.width, 280), document.documentElement.clientWidth - 8);
    menu.style.width = `${width}px`;
    menu.style.maxHeight = "";
    const below = window.innerHeight - box.bottom - 8;
    const above = box.top - 8;
    const isBelow = below >= Math.min(menu.scrollHeight, 220) || below >= above;
    menu.style.maxHeight = `${Math.min(380, Math.max(120, isBelow ? below : above))}px`;
    menu.style.top = isBelow ? `${box.bottom + 4}px` : `${box.top - menu.offsetHeight - 4}px`;
    menu.style.left = `${Math.max(4, Math.min(box.left, document.documentElement.clientWidth - width - 4))}px`;
  }

  function open(picker) {
    if (isOpen(picker)) return;
    for (const other of document.querySelectorAll("[data-picker]")) if (other !== picker) close(other);
    textOf(picker).setAttribute("aria-expanded", "true");
    menuOf(picker).showPopover?.();
    place(picker);
  }

  function close(picker) {
    if (!isOpen(picker)) return;
    const state = stateOf(picker);
    clearTimeout(state.timer);
    textOf(picker).setAttribute("aria-expanded", "false");
    textOf(picker).removeAttribute("aria-activedescendant");
    menuOf(picker).hidePopover?.();
    Object.assign(state, { active: -1, moved: false });
  }

  function activate(picker, place) {
    const options = optionsOf(picker);
    const state = stateOf(picker);
    state.active = place;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === state.active)));
    const active = options[state.active];
    if (!active) return textOf(picker).removeAttribute("aria-activedescendant");
    textOf(picker).setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  }

  // Ask for what was typed; resolves when this answer, or a later one, is shown.
  function ask(picker) {
    const state = stateOf(picker);
    const text = textOf(picker);
    const typed = text.value.trim() === state.kept.label ? "" : text.value.trim();
    clearTimeout(state.timer);
    state.cancel?.abort();
    state.cancel = new AbortController();
    const { signal } = state.cancel;
    state.answer = null;
    state.asking = part(picker.dataset.pickerUrl, { q: typed, ...given(picker) }, signal)
      .then((answer) => {
        if (signal.aborted) return;
        show(picker, answer, typed);
      })
      .catch((error) => {
        if (error.name === "AbortError") return state.asking;
        tellTrouble(picker.querySelectorAll("[data-picker-foot], [data-picker-status]"), error);
        return null;
      });
    return state.asking;
  }

  function show(picker, answer, typed) {
    const state = stateOf(picker);
    const list = picker.querySelector("[data-picker-list]");
    list.replaceChildren(...answer.children);
    optionsOf(picker).forEach((option, number) => { option.id = `${list.id}_${number}`; });
    list.hidden = !optionsOf(picker).length;
    picker.querySelector("[data-picker-foot]").textContent = answer.dataset.text;
    picker.querySelector("[data-picker-status]").textContent = answer.dataset.text;
    Object.assign(state, { answer: typed, moved: false });
    const chosen = optionsOf(picker).findIndex((option) => option.dataset.id === valueOf(picker).value);
    activate(picker, typed && optionsOf(picker).length ? 0 : chosen);
    if (isOpen(picker)) place(picker);
  }

  // --- What is chosen -------------------------------------------------------------------------------
  function say(picker, sentence) {
    const text = textOf(picker);
    const hasNotes = Boolean(document.getElementById(`${text.id}_notes`));
    const line = document.createElement("div");
    line.className = "field-error";
    line.textContent = sentence;
    picker.querySelector("[data-picker-said]").replaceChildren(...(sentence && !hasNotes ? [line] : []));
    text.classList.toggle("is-invalid", Boolean(sentence));
    if (sentence) text.setAttribute("aria-invalid", "true");
    else text.removeAttribute("aria-invalid");
  }

  function set(picker, id, label) {
    const state = stateOf(picker);
    valueOf(picker).value = id;
    textOf(picker).value = label;
    state.kept = { id, label };
    say(picker, "");
  }

  // Let the page know, once for every change.
  function tell(picker) {
    const state = stateOf(picker);
    const value = valueOf(picker);
    const now = value.value || textOf(picker).value;
    if (state.said === now) return;
    state.said = now;
    for (const name of ["input", "change"]) value.dispatchEvent(new Event(name, { bubbles: true }));
  }

  function choose(picker, option) {
    const { id, label, fills } = option.dataset;
    set(picker, id, label);
    stateOf(picker).isFilled = false;
    close(picker);
    picker.querySelector("[data-picker-status]").textContent = label;
    const filled = fill(picker, JSON.parse(fills || "{}"));
    tell(picker);
    recheck(picker, filled);
    if ("pickerOnce" in valueOf(picker).dataset) clear(picker);
  }

  function clear(picker) {
    set(picker, "", "");
    stateOf(picker).said = "";
  }

  // A project brings its customer. The filled fields are settled: they need no second look.
  function fill(picker, fills) {
    const filled = new Set();
    for (const other of others(picker)) {
      const name = bare(picker, valueOf(other).name);
      if (!(name in fills)) continue;
      const [id, label] = fills[name];
      set(other, String(id), label);
      Object.assign(stateOf(other), { said: String(id), isFilled: true });
      filled.add(other);
    }
    return filled;
  }

  // What depends on this choice is emptied if it does not fit any more.
  async function recheck(picker, settled = new Set()) {
    const { name } = valueOf(picker);
    for (const other of others(picker)) {
      const id = valueOf(other).value;
      if (settled.has(other) || !id || !words(other.dataset.pickerNeeds).includes(name)) continue;
      try {
        const answer = await part(other.dataset.pickerUrl, { id, ...given(other) });
        if (answer.querySelector("[role=option]") || valueOf(other).value !== id) continue;
        set(other, "", "");
        tell(other);
        recheck(other);
      } catch {
        continue; // the server looks again when the form is sent
      }
    }
  }

  // The text has no row: take the only one of that name, or the only one found where Tab left it.
  async function settle(picker, { byTab }) {
    const state = stateOf(picker);
    const text = textOf(picker);
    const typed = text.value.trim();
    if (typed === state.kept.label) {
      valueOf(picker).value = state.kept.id;
      return close(picker);
    }
    if (!typed) {
      set(picker, "", "");
      close(picker);
      tell(picker);
      return recheck(picker);
    }
    const wasOn = byTab && state.moved && optionsOf(picker)[state.active];
    if (wasOn) return choose(picker, wasOn);
    if (state.answer !== typed) await ask(picker);
    if (text.value.trim() !== typed || state.answer !== typed) return close(picker);
    const options = optionsOf(picker);
    const same = options.filter((option) => option.dataset.label.toLowerCase() === typed.toLowerCase());
    if (same.length === 1) return choose(picker, same[0]);
    if (byTab && options.length === 1) return choose(picker, options[0]);
    close(picker);
    state.kept = { id: "", label: "" };
    say(picker, picker.dataset.pickerNothing.replace("%s", typed));
    tell(picker);
    return recheck(picker);
  }

  function back(picker) {
    const { id, label } = stateOf(picker).kept;
    set(picker, id, label);
    close(picker);
  }

  // --- Keys, the pointer and typing -----------------------------------------------------------------
  async function take(picker) {
    const state = stateOf(picker);
    const typed = textOf(picker).value.trim();
    if (state.answer === null) await ask(picker);
    if (textOf(picker).value.trim() !== typed || !isOpen(picker)) return;
    const option = optionsOf(picker)[state.active];
    if (option) choose(picker, option);
  }

  // A star is kept on the server; the list is asked for again, with the same row active.
  async function star(picker, id) {
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "Content-Type": "application/x-www-form-urlencoded" };
    try {
      const answer = await fetch(picker.dataset.pickerStar, { method: "POST", headers, body: `work=${id}` });
      const { said } = await answer.json();
      await ask(picker);
      activate(picker, optionsOf(picker).findIndex((option) => option.dataset.id === id));
      picker.querySelector("[data-picker-status]").textContent = said;
    } catch (error) {
      tellTrouble(picker.querySelectorAll("[data-picker-foot], [data-picker-status]"), error);
    }
  }

  const MOVES = {
    ArrowDown: (state, last) => (state.active < last ? state.active + 1 : 0),
    ArrowUp: (state, last) => (state.active > 0 ? state.active - 1 : last),
    Home: () => 0,
    End: (state, last) => last,
  };

  function keys(event) {
    const { key, target, altKey, ctrlKey, metaKey } = event;
    if (!isText(target)) return;
    const picker = pickerOf(target);
    const state = stateOf(picker);
    if (key === "Tab") state.left = true;
    const isArrow = key === "ArrowDown" || key === "ArrowUp";
    if (!isOpen(picker)) {
      const hasText = target.value.trim() !== state.kept.label;
      if (isArrow) {
        event.preventDefault();
        open(picker);
        ask(picker);
      } else if (key === "Escape" && hasText) {
        stop(event);
        back(picker);
        tell(picker);
      }
      return;
    }
    if (key === "Escape" || (key === "ArrowUp" && altKey)) {
      stop(event);
      back(picker);
    } else if (key === "Enter" && !ctrlKey && !metaKey) {
      stop(event);
      take(picker);
    } else if (key.toLowerCase() === "d" && (ctrlKey || metaKey) && picker.dataset.pickerStar) {
      stop(event);
      const active = optionsOf(picker)[state.active];
      if (active) star(picker, active.dataset.id);
    } else if (key in MOVES && optionsOf(picker).length) {
      event.preventDefault();
      activate(picker, MOVES[key](state, optionsOf(picker).length - 1));
      state.moved = true;
    }
  }

  function stop(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  on("keydown", keys, true);

  // The text is not the value: the page hears of a choice, not of a letter.
  on("input", (event) => {
    if (!isText(event.target)) return;
    event.stopPropagation();
    const picker = pickerOf(event.target);
    const state = stateOf(picker);
    const isKept = event.target.value.trim() === state.kept.label;
    valueOf(picker).value = isKept ? state.kept.id : "";
    say(picker, "");
    state.answer = null;
    open(picker);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => ask(picker), WAIT);
  }, true);
  on("change", (event) => {
    if (isText(event.target)) event.stopPropagation();
  }, true);

  on("focusin", (event) => {
    if (!isText(event.target) || event.target.readOnly || event.target.disabled) return;
    const picker = pickerOf(event.target);
    stateOf(picker).left = false;
    event.target.select();
    open(picker);
    ask(picker);
  });
  on("focusout", (event) => {
    if (!isText(event.target)) return;
    const picker = pickerOf(event.target);
    if (picker.contains(event.relatedTarget)) return;
    const byTab = stateOf(picker).left;
    if (picker.isConnected && document.hasFocus()) settle(picker, { byTab });
  });
  on("mousedown", (event) => {
    const menu = event.target.closest?.("[data-picker-menu]");
    if (menu) event.preventDefault(); // the box keeps the focus
    else if (isText(event.target) && document.activeElement === event.target && !isOpen(pickerOf(event.target))) {
      open(pickerOf(event.target));
      ask(pickerOf(event.target));
    }
  });
  on("click", (event) => {
    const corner = event.target.closest?.("[data-picker-star-id]");
    if (corner) return star(pickerOf(corner), corner.dataset.pickerStarId);
    const option = event.target.closest?.("[data-picker-menu] [role=option]");
    if (option) choose(pickerOf(option), option);
    return null;
  });
  const openOne = () => document.querySelector("[data-picker-text][aria-expanded=true]");
  const placeAgain = () => openOne() && place(pickerOf(openOne()));
  window.addEventListener("resize", placeAgain);
  on("htmx:oobAfterSwap", placeAgain); // a note above moves the box
  on("scroll", (event) => {
    const text = openOne();
    if (text && !menuOf(pickerOf(text)).contains(event.target)) place(pickerOf(text));
  }, { capture: true, passive: true });

  // The address of a page needs the id, not the text beside it.
  on("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const text of event.target.querySelectorAll("[data-picker-text]")) {
      if (valueOf(pickerOf(text)).value || !text.value) event.formData.delete(text.name);
    }
  });

  // --- Chips: check boxes in the menu of a filter, fetched when it opens and while typing ----------
  const chips = new WeakMap(); // of a chip: the request that runs, and the timer

  async function fetchChecks(chip) {
    const state = chips.get(chip) || {};
    chips.set(chip, state);
    state.cancel?.abort();
    state.cancel = new AbortController();
    const { signal } = state.cancel;
    const query = { q: chip.querySelector("[data-chip-search]").value.trim(), as: "checks", name: chip.dataset.name };
    try {
      const answer = await part(chip.dataset.chipPicker, query, signal);
      if (!signal.aborted) showChecks(chip, answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      const place = chip.querySelector("[data-chip-status]");
      place.hidden = false;
      tellTrouble([place], error);
    }
  }

  // What is chosen stays on top, whatever is searched for.
  function showChecks(chip, answer) {
    const chosen = chip.querySelector("[data-chip-chosen]");
    const found = chip.querySelector("[data-chip-options]");
    const { activeElement: focused } = document;
    for (const row of found.querySelectorAll(".form-check")) if (row.querySelector(":checked")) chosen.append(row);
    for (const row of chosen.querySelectorAll(".form-check")) if (!row.querySelector(":checked")) row.remove();
    const kept = new Set([...chosen.querySelectorAll("input")].map((input) => input.value));
    found.replaceChildren(...[...answer.children].filter((row) => !kept.has(row.querySelector("input").value)));
    chip.querySelector("[data-chip-status]").textContent = answer.dataset.text;
    chip.querySelector("[data-chip-status]").hidden = !answer.dataset.text;
    if (focused === document.activeElement || !focused.matches("[type=checkbox]")) return;
    // The row with the focus was moved or replaced.
    const again = [...chip.querySelectorAll("input[type=checkbox]")].find((input) => input.value === focused.value);
    (again || chip.querySelector("[data-chip-search]")).focus();
  }

  on("shown.bs.dropdown", (event) => {
    const chip = event.target.closest("[data-chip-picker]");
    if (!chip) return;
    chip.querySelector("[data-chip-search]").focus();
    fetchChecks(chip);
  });
  on("input", (event) => {
    if (!event.target.matches?.("[data-chip-search]")) return;
    event.stopPropagation();
    const chip = event.target.closest("[data-chip-picker]");
    const state = chips.get(chip) || {};
    chips.set(chip, state);
    clearTimeout(state.timer);
    state.timer = setTimeout(fetchChecks, WAIT, chip);
  }, true);
  on("keydown", (event) => {
    const menu = event.target.closest?.(".chip-picker");
    if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) {
      if (menu && event.key === "Enter" && event.target.matches("[data-chip-search]")) event.preventDefault();
      return;
    }
    const stops = [...menu.querySelectorAll("input")];
    const next = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault();
    next?.focus();
  });

  // --- Parts for browsers without script ------------------------------------------------------------
  function withoutFallback(root) {
    for (const button of root.querySelectorAll?.("noscript > button[name=choose]") || []) button.parentElement.remove();
  }
  on("htmx:load", (event) => withoutFallback(event.target));
})();
