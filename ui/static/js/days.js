// Date fields: what was understood while typing, the whole date on leaving, and a calendar.
// The server reads the text (lib/days.py); nothing here guesses. docs/ui.md explains the use.
(() => {
  "use strict";

  const on = (name, listener, options) => document.addEventListener(name, listener, options);
  const isDay = (element) => element.matches?.("input[data-day]");
  const read = new WeakMap(); // the text of a field that the server has read
  const reading = new WeakMap(); // the question about a field that is being left
  let timer = 0;

  // --- What was understood -------------------------------------------------------------------------
  // A text that came from the server is settled, and so is one that the server has read.
  const isSettled = (input) => [read.get(input) ?? input.defaultValue, ""].includes(input.value.trim());

  async function ask(text) {
    const url = `${document.body.dataset.dayUrl}?text=${encodeURIComponent(text)}`;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      return answer.ok ? await answer.json() : {};
    } catch {
      return {}; // the server reads the text again when the form is sent
    }
  }

  function say(input, text, kind) {
    const box = document.getElementById(`${input.id}_day`);
    if (!box) return;
    const line = document.createElement("div");
    line.className = kind;
    line.textContent = text;
    box.replaceChildren(...(text ? [line] : []));
  }

  function mark(input, error) {
    // A form that answers while typing shows its errors in its own notes.
    const hasNotes = Boolean(document.getElementById(`${input.id}_notes`));
    say(input, hasNotes ? "" : error, "field-error");
    if (hasNotes) return;
    input.classList.toggle("is-invalid", Boolean(error));
    if (error) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  async function preview(input) {
    const text = input.value.trim();
    const { description = "" } = text ? await ask(text) : {};
    if (input.value.trim() === text && !isSettled(input)) say(input, description, "field-understood");
  }

  // Put the whole date in the field, and let the page know.
  async function settle(input) {
    const text = input.value.trim();
    const { value, description, error } = await ask(text);
    if (input.value.trim() !== text) return;
    fill(input, value || text);
    mark(input, error || "");
    if (!error) say(input, description || "", "field-understood");
    for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
  }

  function fill(input, text) {
    input.value = text;
    read.set(input, text);
  }

  function settled(input) {
    if (!reading.has(input)) {
      reading.set(input, settle(input).finally(() => reading.delete(input)));
    }
    return reading.get(input);
  }

  on("input", (event) => {
    if (!isDay(event.target)) return;
    clearTimeout(timer);
    if (isSettled(event.target)) return;
    timer = setTimeout(preview, 200, event.target);
  });

  on("change", (event) => {
    if (!isDay(event.target) || isSettled(event.target)) return;
    event.stopImmediatePropagation();
    settled(event.target);
  }, true);

  // A form waits until its days have been read and are shown in full.
  on("submit", async (event) => {
    const { target: form, submitter } = event;
    const open = [...form.elements].filter((element) => isDay(element) && !isSettled(element));
    if (!open.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await Promise.all(open.map(settled));
    form.requestSubmit(submitter);
  }, true);

  // --- The calendar ----------------------------------------------------------------------------------
  // The order of the fields: day, month, year.
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const formats = (options) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });
  const inFull = formats({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const ofMonth = formats({ month: "long", year: "numeric" });
  const ofWeekday = formats({ weekday: "short" });
  const DAY = 24 * 60 * 60 * 1000;
  const later = (day, days) => new Date(day.getTime() + days * DAY);
  const monday = (day) => later(day, -((day.getUTCDay() + 6) % 7));
  const isSame = (one, other) => one?.getTime() === other?.getTime();
  let calendar = null; // { box, input, opener, day, chosen }

  function today() {
    const now = new Date();
    return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
  }

  function dateIn(text) {
    const found = /^(\d{2})-(\d{2})-(\d{4})$/.exec(text.trim());
    return found ? new Date(Date.UTC(found[3], found[2] - 1, found[1])) : null;
  }

  function monthsLater(day, months) {
    const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months + 1, 0));
    return later(last, Math.min(day.getUTCDate(), last.getUTCDate()) - last.getUTCDate());
  }

  function week(day) {
    const thursday = later(monday(day), 3);
    const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
    return Math.floor((thursday.getTime() - first) / DAY / 7) + 1;
  }

  function cell(day) {
    const element = document.createElement("td");
    const button = document.createElement("button");
    element.setAttribute("role", "gridcell");
    element.setAttribute("aria-selected", String(isSame(day, calendar.chosen)));
    Object.assign(button, { type: "button", textContent: day.getUTCDate() });
    button.tabIndex = isSame(day, calendar.day) ? 0 : -1;
    button.dataset.time = day.getTime();
    button.setAttribute("aria-label", inFull.format(day).replace(",", ""));
    if (isSame(day, today())) button.setAttribute("aria-current", "date");
    button.classList.toggle("other-month", day.getUTCMonth() !== calendar.day.getUTCMonth());
    element.append(button);
    return element;
  }

  function row(first) {
    const element = document.createElement("tr");
    const number = document.createElement("th");
    Object.assign(number, { scope: "row", className: "calendar-week", textContent: week(first) });
    element.append(number, ...Array.from({ length: 7 }, (_, days) => cell(later(first, days))));
    return element;
  }

  function draw() {
    const { box, day } = calendar;
    const first = monday(new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1)));
    box.querySelector(".calendar-month").textContent = ofMonth.format(day);
    box.querySelector("tbody").replaceChildren(...Array.from({ length: 6 }, (_, weeks) => row(later(first, weeks * 7))));
  }

  function focusDay(day) {
    calendar.day = day;
    draw();
    calendar.box.querySelector("[data-time][tabindex='0']").focus();
  }

  function place() {
    const around = calendar.input.getBoundingClientRect();
    const { offsetWidth, offsetHeight, style } = calendar.box;
    const below = around.bottom + 4;
    const fits = below + offsetHeight <= window.innerHeight || around.top < offsetHeight + 4;
    style.top = `${fits ? Math.min(below, Math.max(4, window.innerHeight - offsetHeight - 4)) : around.top - offsetHeight - 4}px`;
    style.left = `${Math.max(4, Math.min(around.left, document.documentElement.clientWidth - offsetWidth - 4))}px`;
  }

  async function open(input) {
    close();
    if (!isSettled(input)) await settled(input);
    const box = document.getElementById("calendar").content.firstElementChild.cloneNode(true);
    const chosen = dateIn(input.value);
    calendar = { box, input, chosen, day: chosen || today() };
    const head = box.querySelector("thead tr");
    for (let days = 0; days < 7; days += 1) {
      const name = document.createElement("th");
      name.scope = "col";
      name.textContent = ofWeekday.format(later(monday(today()), days));
      head.append(name);
    }
    // Inside the field: a dialog around it keeps the focus within itself.
    input.parentElement.append(box);
    box.addEventListener("keydown", keys);
    box.addEventListener("click", clicks);
    box.showPopover?.();
    focusDay(calendar.day);
    place();
  }

  function close(focused) {
    if (!calendar) return;
    calendar.box.remove();
    calendar = null;
    focused?.focus();
  }

  function choose(day) {
    const { input } = calendar;
    const two = (number) => String(number).padStart(2, "0");
    fill(input, `${two(day.getUTCDate())}-${two(day.getUTCMonth() + 1)}-${day.getUTCFullYear()}`);
    say(input, "", "");
    mark(input, "");
    close(input);
    for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
  }

  function clicks(event) {
    const button = event.target.closest("button");
    event.stopPropagation();
    if (!button) return;
    if (button.dataset.time) choose(new Date(Number(button.dataset.time)));
    else if ("today" in button.dataset) choose(today());
    else {
      calendar.day = monthsLater(calendar.day, Number(button.dataset.months));
      draw();
    }
  }

  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

  function keys(event) {
    const { day, box, input } = calendar;
    const { key, shiftKey } = event;
    let to = null;
    if (key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      return close(input);
    }
    if (key === "Tab") {
      const stops = [...box.querySelectorAll("button:not([tabindex='-1'])")];
      const next = stops.indexOf(document.activeElement) + (shiftKey ? -1 : 1);
      event.preventDefault();
      return stops.at(next % stops.length).focus();
    }
    if (!event.target.dataset.time) return;
    if (key in STEPS) to = later(day, STEPS[key]);
    if (key === "Home") to = monday(day);
    if (key === "End") to = later(monday(day), 6);
    if (key === "PageUp") to = monthsLater(day, shiftKey ? -12 : -1);
    if (key === "PageDown") to = monthsLater(day, shiftKey ? 12 : 1);
    if (!to) return;
    event.preventDefault();
    focusDay(to);
  }

  on("click", (event) => {
    const opener = event.target.closest("[data-day-open]");
    const input = opener?.parentElement.querySelector("input[data-day]");
    const wasOpen = calendar && calendar.input === input;
    close();
    if (input && !wasOpen) open(input);
  });
  on("keydown", (event) => {
    if (!isDay(event.target) || !event.altKey || event.key !== "ArrowDown") return;
    event.preventDefault();
    open(event.target);
  });
  window.addEventListener("resize", () => calendar && place());
  on("scroll", () => calendar && place(), { capture: true, passive: true });
})();
