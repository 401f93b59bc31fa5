// Overview → Approvals: the selection, unfolding a person, and the keys. The server decides.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const boxes = () => all("input[name=what][form=bulk]");
  const time = (minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  const sum = (found, key) => found.reduce((total, box) => total + Number(box.dataset[key] || 0), 0);

  // Without a script the bar is always there; with one, while somebody is selected.
  function draw() {
    const bar = one("[data-approvals-bar]");
    if (!bar) return;
    const chosen = boxes().filter((box) => box.checked);
    const said = one("[data-approvals-said]", bar);
    const { one: single, many, submitted, missing, complete } = said.dataset;
    const lacks = sum(chosen, "missing");
    said.textContent = [
      chosen.length === 1 ? single : many.replace("{n}", chosen.length),
      `${submitted.replace("{time}", time(sum(chosen, "minutes")))}, ${lacks ? missing.replace("{time}", time(lacks)) : complete}`,
    ].join(" · ");
    one("[data-approvals-time]", bar).textContent = time(sum(chosen, "minutes"));
    for (const box of boxes()) box.closest("tr").classList.toggle("is-selected", box.checked);
    const whole = one("[data-select-all]");
    const offered = boxes().filter((box) => "submitted" in box.dataset);
    whole.checked = Boolean(offered.length) && offered.every((box) => box.checked);
    whole.indeterminate = Boolean(chosen.length) && !whole.checked;
  }

  async function unfold(link) {
    const body = link.closest("tbody");
    const isOpen = link.getAttribute("aria-expanded") === "true";
    link.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) return all(".work", body).forEach((row) => row.remove());
    const answer = await fetch(link.dataset.unfold, { headers: { "HX-Request": "true" } });
    if (!answer.ok || link.getAttribute("aria-expanded") !== "true") return;
    all(".work", body).forEach((row) => row.remove());
    body.insertAdjacentHTML("beforeend", await answer.text());
    window.htmx?.process(body);
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-all]")) {
      for (const box of boxes()) box.checked = event.target.checked && "submitted" in box.dataset;
    }
    draw();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-unfold]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    unfold(link);
  });
  document.addEventListener("htmx:afterSettle", draw);

  // Rejecting below a row: one at a time, as wide as the table; Cancel and Escape go back to its button.
  function leaveRejecting() {
    for (const row of all("[data-rejecting]")) {
      const opener = row.previousElementSibling && one("[data-reject-row]", row.previousElementSibling);
      row.remove();
      opener?.focus();
    }
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("[data-reject-row]")) all("[data-rejecting]").forEach((row) => row.remove());
  });
  document.addEventListener("htmx:afterSwap", () => {
    const row = one("[data-rejecting]");
    if (row?.previousElementSibling) row.cells[0].colSpan = [...row.previousElementSibling.cells].reduce((sum, cell) => sum + cell.colSpan, 0);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-reject-cancel]")) leaveRejecting();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest("[data-rejecting]")) leaveRejecting();
  });

  // Keys work while no field has the focus. A and R are for the selection, else for the person.
  const people = () => all("tr.person");
  const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [role=dialog], .modal, .dropdown-menu");

  function press(name, person) {
    const button = boxes().some((box) => box.checked)
      ? one(`[data-approvals-bar] [data-${name}]`)
      : person && one(`[data-${name}]`, person);
    button?.click();
    return Boolean(button);
  }

  document.addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || isTyping(target)) return;
    const person = target.closest("tr.person");
    const place = people().indexOf(person);
    const link = person && one("[data-unfold]", person);
    const isOpen = link?.getAttribute("aria-expanded") === "true";
    let isDone = true;
    if (key === "ArrowDown") people()[place + 1]?.focus();
    else if (key === "ArrowUp" && place > 0) people()[place - 1].focus();
    else if (key === "ArrowRight" && link && !isOpen) unfold(link);
    else if (key === "ArrowLeft" && link && isOpen) unfold(link);
    else if (key === " " && person && target === person) one("input[name=what]", person)?.click();
    else if (key === "a" || key === "A") isDone = press("approve", person);
    else if (key === "r" || key === "R") isDone = press("reject", person);
    else isDone = false;
    if (isDone) event.preventDefault();
  });

  draw();
})();
