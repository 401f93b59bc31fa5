// Register → Hours: the form stays when the connection is lost, and the focus goes where one types on.
(() => {
  "use strict";

  const on = (name, listener, options) => document.addEventListener(name, listener, options);
  const formOf = (event) => event.target.closest?.("[data-hours-form]");

  function lost(form) {
    const note = form.querySelector("[data-lost]");
    note.hidden = false;
    note.focus();
  }

  // No answer, an answer of a broken server, or the page to log in: what was typed stays.
  on("htmx:sendError", (event) => event.target.matches?.("[data-hours-form]") && lost(event.target));
  on("htmx:timeout", (event) => event.target.matches?.("[data-hours-form]") && lost(event.target));
  on("htmx:responseError", (event) => event.target.matches?.("[data-hours-form]") && lost(event.target));
  on("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (target.id !== "hours" || !/^\s*<!doctype/i.test(xhr.responseText)) return;
    event.detail.shouldSwap = false;
    if (requestConfig.elt.matches("[data-hours-form]")) lost(requestConfig.elt);
    else window.location.assign(xhr.responseURL);
  });

  on("htmx:afterSettle", (event) => {
    if (event.target.id !== "hours") return;
    const wrong = event.target.querySelector(".is-invalid");
    const first = wrong || event.target.querySelector("[autofocus]") || event.target.querySelector("[data-again] button");
    first?.focus();
  });

  // A text of before fills the description.
  on("click", (event) => {
    const chip = event.target.closest?.("[data-fill]");
    const area = chip?.closest("form").elements.namedItem("description");
    if (!area) return;
    area.value = chip.dataset.fill;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });

  // Billable follows the task until somebody touches it; the word beside it says so.
  const switchOf = (form) => {
    const { billable, billable_shown: shown } = form.elements;
    return billable && shown ? { billable, shown } : null;
  };
  const isTouched = ({ billable, shown }) => billable.checked !== (shown.value !== "0");
  function word(form, isBilled = true) {
    const line = form.querySelector("[data-billable-word]");
    const { follows, chosen, unbilled } = line.parentElement.dataset;
    line.textContent = isBilled ? (isTouched(switchOf(form)) ? chosen : follows) : unbilled;
  }
  on("change", (event) => {
    if (event.target.name === "billable" && formOf(event)) word(formOf(event));
  });
  on("htmx:afterSwap", (event) => {
    const about = event.target.id === "work-about" && event.target.querySelector("[data-billable]");
    const form = about && event.target.closest("form");
    const both = form && switchOf(form);
    if (!both) return;
    const wasTouched = isTouched(both);
    both.shown.value = about.dataset.billable;
    if (!wasTouched) both.billable.checked = about.dataset.billable === "1";
    word(form, about.dataset.billed === "1");
  });

  // On a phone the form is a sheet: what is behind it cannot be reached as long as it is open.
  const phone = window.matchMedia("(max-width: 575.98px)");
  const sheet = () => document.querySelector(".is-sheet[data-sheet]");
  const behind = () => document.querySelectorAll(".bar, .skip, .page-head, .register-side, .thumb, nav.tabs");
  const isOpen = () => Boolean(sheet()?.classList.contains("sheet-open"));

  function show(isShown) {
    const form = sheet();
    if (!form) return;
    form.classList.toggle("sheet-open", isShown);
    const isModal = isShown && phone.matches;
    for (const part of behind()) part.inert = isModal;
    if (isModal) {
      form.setAttribute("role", "dialog");
      form.setAttribute("aria-modal", "true");
    } else {
      form.removeAttribute("role");
      form.removeAttribute("aria-modal");
    }
  }

  function openSheet() {
    show(true);
    sheet().querySelector("[data-picker-text]")?.focus();
  }

  function closeSheet() {
    const { description, start, end, pause, duration } = sheet().querySelector("form").elements;
    const isTyped = [description, start, end, pause, duration].some((field) => field.value.trim() !== field.defaultValue.trim());
    if (isTyped && !window.confirm(sheet().dataset.sheetQuestion)) return;
    show(false);
    document.querySelector("[data-sheet-open]")?.focus();
  }

  on("click", (event) => {
    if (event.target.closest?.("[data-sheet-open]") && phone.matches && sheet()) {
      event.preventDefault();
      openSheet();
    } else if (event.target.closest?.("[data-sheet-close]")) closeSheet();
  });
  on("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !phone.matches || !isOpen()) return;
    event.preventDefault();
    closeSheet();
  });
  // Swiping down closes it, from its head.
  let from = null;
  on("touchstart", (event) => { from = event.target.closest?.(".sheet-head") ? event.touches[0].clientY : null; }, { passive: true });
  on("touchend", (event) => {
    if (from !== null && event.changedTouches[0].clientY - from > 60) closeSheet();
    from = null;
  });
  on("htmx:afterSwap", (event) => event.target.id === "hours" && show(isOpen()));
  phone.addEventListener("change", () => show(isOpen()));
  show(isOpen());

  // Ctrl Enter adds from any field.
  on("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = formOf(event);
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
