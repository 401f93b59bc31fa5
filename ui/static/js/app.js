// Dialogs, toasts, confirmations and filters. docs/ui.md explains their use.
(() => {
  "use strict";

  const dialog = () => document.getElementById("dialog");
  const on = (name, listener, options) => document.addEventListener(name, listener, options);

  // --- Dialogs: content that htmx puts into #dialog is shown; an empty one closes it -------------
  // No fading: Bootstrap ignores the closing of a dialog that is still fading in.
  let opener = null;

  function showDialog() {
    const element = dialog();
    if (!element.firstElementChild) return bootstrap.Modal.getInstance(element)?.hide();
    bootstrap.Modal.getOrCreateInstance(element).show();
    const first = element.querySelector("[data-form-errors], [autofocus], .is-invalid");
    if (first && element.classList.contains("show")) first.focus();
  }

  on("htmx:beforeRequest", (event) => {
    if (event.detail.target === dialog() && !dialog().contains(event.detail.elt)) {
      opener = event.detail.elt.closest(".dropdown")?.querySelector("[data-bs-toggle]") || event.detail.elt;
    }
  });

  on("htmx:beforeSwap", (event) => {
    // A whole page instead of a dialog means that the action was a success and redirected.
    const { target, xhr } = event.detail;
    if (target === dialog() && /^\s*<!doctype/i.test(xhr.responseText)) {
      event.detail.shouldSwap = false;
      window.location.assign(xhr.responseURL);
    }
  });

  on("htmx:afterSwap", (event) => {
    if (event.detail.target === dialog()) showDialog();
  });

  on("dialog-close", () => bootstrap.Modal.getInstance(dialog())?.hide());
  on("shown.bs.modal", (event) => {
    const wanted = event.target.querySelector("[data-form-errors], [autofocus]");
    if (wanted) wanted.focus();
  });
  on("hidden.bs.modal", (event) => {
    if (event.target !== dialog()) return;
    event.target.replaceChildren();
    if (opener?.isConnected) opener.focus();
    opener = null;
  });

  // --- Questions: data-confirm on a button, link or form; hx-confirm for htmx --------------------
  function ask(element, text, then) {
    const box = document.getElementById("confirm");
    const yes = document.getElementById("confirm-yes");
    const title = document.getElementById("confirm-title");
    const { confirmTitle, confirmButton, confirmKind } = element.dataset;
    title.textContent = confirmTitle || title.dataset.default;
    document.getElementById("confirm-text").textContent = text;
    yes.textContent = confirmButton || yes.dataset.default;
    yes.className = `btn btn-${confirmKind || "primary"}`;
    const modal = bootstrap.Modal.getOrCreateInstance(box);
    const menu = element.closest(".dropdown")?.querySelector("[data-bs-toggle=dropdown]");
    if (menu) bootstrap.Dropdown.getInstance(menu)?.hide();
    box.addEventListener("hidden.bs.modal", () => {
      (menu || element).focus?.();
      if (agreed) then();
    }, { once: true });
    let agreed = false;
    yes.onclick = () => {
      agreed = true;
      modal.hide();
    };
    box.addEventListener("shown.bs.modal", () => yes.focus(), { once: true });
    modal.show();
  }

  const agreed = new WeakSet();

  function guard(event, element, again) {
    if (!element?.dataset.confirm || agreed.delete(element)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(element, element.dataset.confirm, () => {
      agreed.add(element);
      again();
    });
  }

  on("click", (event) => {
    const element = event.target.closest("[data-confirm]:not(form)");
    guard(event, element, () => element.click());
  }, true);
  on("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    guard(event, form.matches("[data-confirm]") ? form : null, () => form.requestSubmit(button));
  }, true);
  on("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.elt, event.detail.question, () => event.detail.issueRequest(true));
  });

  // --- Double submits: a form that is being sent is not sent again -------------------------------
  function busy(form, yes) {
    form.dataset.busy = yes ? "yes" : "";
    for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
      button.toggleAttribute("aria-busy", false);
      if (yes) button.setAttribute("aria-busy", "true");
    }
  }

  on("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.busy) return event.preventDefault();
    if (!form.matches("[hx-post], [data-download]")) busy(form, true);
  });
  on("htmx:beforeRequest", (event) => {
    const form = event.detail.elt.closest("form[hx-post]");
    if (!form || isQuiet(event)) return;
    if (form.dataset.busy) return event.preventDefault();
    busy(form, true);
  });
  on("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form[hx-post]");
    if (form && !isQuiet(event)) busy(form, false);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-busy=yes]")) busy(form, false);
  });

  // --- Filters: a change applies at once, empty ones are left out of the address -----------------
  // The list already matches the typed search text. Leaving the box must not render it again, because
  // the click that leaves it may be on a row of that list.
  on("change", (event) => {
    if (event.target.matches("form[data-autosubmit][hx-get] input[type=search]")) event.stopPropagation();
  }, true);
  on("htmx:configRequest", (event) => {
    if (!event.target.matches("form[data-autosubmit]")) return;
    const form = event.detail.formData;
    for (const [name, value] of [...form.entries()]) {
      if (value === "") form.delete(name);
    }
    // The list may have been sorted since this form was rendered.
    for (const name of ["order", "size"]) {
      const current = new URLSearchParams(location.search).get(name);
      if (current) form.set(name, current);
    }
  });

  // "Clear filters" is there while the address has a filter.
  on("htmx:pushedIntoHistory", () => {
    const names = [...new URLSearchParams(location.search).keys()];
    for (const link of document.querySelectorAll("[data-clear-filters]")) {
      link.hidden = names.every((name) => ["order", "size", "page"].includes(name));
    }
  });

  function chipText(chip) {
    const chosen = [...chip.querySelectorAll("input[name]:checked")].filter((input) => input.value);
    const names = chosen.map((input) => input.dataset.label || input.labels[0].textContent.trim());
    const rest = names.length > 1 ? ` + ${names.length - 1}` : "";
    chip.querySelector(".chip").classList.toggle("chip-on", names.length > 0);
    const label = "chipBare" in chip.dataset ? "" : `${chip.dataset.chip}: `;
    chip.querySelector(".chip-text").textContent = names.length ? `${label}${names[0]}${rest}` : chip.dataset.chip;
  }

  on("change", (event) => {
    const chip = event.target.closest("[data-chip]");
    if (chip && event.target.name) chipText(chip);
    const form = event.target.closest("form[data-autosubmit]");
    if (form && !form.matches("[hx-get]")) form.requestSubmit();
  });
  on("input", (event) => {
    if (!event.target.matches("[data-chip-find]")) return;
    event.stopPropagation();
    const wanted = event.target.value.trim().toLowerCase();
    for (const option of event.target.parentElement.querySelectorAll(".form-check")) {
      option.hidden = !option.textContent.toLowerCase().includes(wanted);
    }
  });

  // --- Notes of a field that are renewed while typing ---------------------------------------------
  on("htmx:oobAfterSwap", (event) => {
    const notes = event.detail.target;
    if (!notes.matches?.("[data-field-notes]")) return;
    const isWrong = Boolean(notes.querySelector(".field-error"));
    for (const control of notes.parentElement.querySelectorAll(".form-control, .form-select")) {
      control.classList.toggle("is-invalid", isWrong);
      control.toggleAttribute("aria-invalid", isWrong);
      if (isWrong) control.setAttribute("aria-invalid", "true");
    }
  });

  // A duration that follows from other fields stands in its own field in grey until somebody types.
  on("htmx:oobAfterSwap", (event) => {
    const notes = event.detail.target;
    if (!notes.matches?.(".time-total [data-field-notes]")) return;
    const result = notes.querySelector(".field-understood")?.textContent.match(/= (\d+:\d\d)$/);
    notes.parentElement.querySelector(".form-control").placeholder = result ? result[1] : "0:00";
  });

  // --- Toasts --------------------------------------------------------------------------------------
  function toast(text, kind = "info") {
    const list = document.getElementById("toasts");
    const box = document.createElement("div");
    const body = document.createElement("div");
    const close = document.createElement("button");
    box.className = `alert alert-${kind}`;
    box.dataset.toast = "";
    box.setAttribute("role", kind === "danger" ? "alert" : "status");
    body.className = "alert-body";
    body.textContent = text;
    Object.assign(close, { className: "toast-close", type: "button", textContent: "×" });
    close.dataset.toastClose = "";
    close.setAttribute("aria-label", list.dataset.closeLabel);
    box.append(body, close);
    list.append(box);
    leaveLater(box);
  }

  function leaveLater(box) {
    // Warnings and errors stay until they are closed; others disappear, unless the pointer is on them.
    if (box.matches(".alert-danger, .alert-warning")) return;
    let timer = setTimeout(() => box.remove(), box.querySelector("a, [data-undo]") ? 10000 : 6000);
    const stay = () => clearTimeout(timer);
    const leave = () => { timer = setTimeout(() => box.remove(), 3000); };
    for (const name of ["mouseenter", "focusin"]) box.addEventListener(name, stay);
    for (const name of ["mouseleave", "focusout"]) box.addEventListener(name, leave);
  }

  // Ctrl Z undoes what the last toast says, unless a field has its own undo.
  on("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
    const forms = document.querySelectorAll("#toasts [data-undo]");
    const isTyping = event.target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (!forms.length || isTyping || document.querySelector(".modal.show")) return;
    event.preventDefault();
    forms[forms.length - 1].requestSubmit();
  });

  on("click", (event) => event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove());
  on("toast", (event) => toast(event.detail.text || event.detail.value, event.detail.kind));
  // What is asked while typing fails without a word: nothing was to be changed.
  const isQuiet = (event) => event.target.matches?.("[data-quiet]");
  on("htmx:sendError", (event) => isQuiet(event) || toast(document.body.dataset.offline, "danger"));
  // A limit that was reached comes with its sentence.
  const failure = ({ xhr }) => (xhr?.status === 429 && xhr.responseText) || document.body.dataset.failed;
  on("htmx:responseError", (event) => isQuiet(event) || toast(failure(event.detail), "danger"));
  on("htmx:load", (event) => {
    if (event.target.matches?.("[data-toast]")) leaveLater(event.target);
  });

  // --- The timer in the bar ------------------------------------------------------------------------
  // The clock of the server counts: what it said when the page came, and what passed since.
  const loadedAt = Date.now();
  function tick() {
    for (const element of document.querySelectorAll("[data-timer-seconds]")) {
      const passed = (Date.now() - loadedAt) / 1000;
      const minutes = Math.max(0, Math.floor((Number(element.dataset.timerSeconds) + passed) / 60));
      element.textContent = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
    }
  }

  document.querySelectorAll("[data-toast]").forEach(leaveLater);
  document.querySelector("[data-form-errors]")?.focus();
  tick();
  setInterval(tick, 15000);
})();
