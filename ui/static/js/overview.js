// Overview: select all rows of the filter, export them, and choose columns.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, listener, options) => document.addEventListener(name, listener, options);

  function stored(key) {
    try {
      return JSON.parse(localStorage.getItem(key)) || {};
    } catch {
      return {};
    }
  }

  // --- Select all rows of the filter: selection.js keeps the filter --------------------------------------
  async function selectFilter(button) {
    button.setAttribute("aria-busy", "true");
    const answer = await fetch(button.dataset.selectFilter + window.location.search);
    button.removeAttribute("aria-busy");
    if (!answer.ok) return;
    const detail = await answer.json();
    button.dispatchEvent(new CustomEvent("selection-filter", { bubbles: true, detail }));
  }

  on("click", (event) => {
    const button = event.target.closest("[data-select-filter]");
    if (button && !button.hasAttribute("aria-busy")) selectFilter(button);
    const link = event.target.closest("[data-export]");
    if (link) {
      const query = new URLSearchParams(window.location.search);
      query.set("file", link.dataset.export);
      link.search = query;
    }
    // Grouping and views begin at the list as it is, which filters change without a new page.
    const grouping = event.target.closest("[data-group]");
    if (grouping) {
      const query = new URLSearchParams(window.location.search);
      for (const name of ["group", "after", "before"]) query.delete(name);
      if (grouping.dataset.group) query.set("group", grouping.dataset.group);
      else if (![...query.keys()].length) query.set("view", "");
      grouping.search = query;
    }
    // Return to the current list; filters change the address without a new page.
    for (const input of all("[data-selection-form] input[name=next]")) {
      input.value = window.location.pathname + window.location.search;
    }
  }, true);

  on("htmx:configRequest", (event) => {
    if (!event.target.matches("[data-views]")) return;
    const query = new URLSearchParams(window.location.search);
    query.delete("without");
    for (const box of all("[data-column]")) if (!box.checked) query.append("without", box.value);
    event.detail.path = `${event.target.getAttribute("hx-get")}?${query}`;
  });

  // --- Columns: hidden columns are stored in this browser; those of a saved view in its address --
  const columnsKey = (card) => `columns:${card.dataset.columns}`;

  function drawColumns(card) {
    if ("ofView" in card.dataset) return;
    const hidden = stored(columnsKey(card));
    for (const box of all("[data-column]")) {
      box.checked = !hidden[box.value];
      card.classList.toggle(`without-${box.value}`, Boolean(hidden[box.value]));
    }
  }

  on("change", (event) => {
    const box = event.target.closest("[data-column]");
    const card = document.querySelector("[data-columns]");
    if (!box || !card) return;
    if ("ofView" in card.dataset) {
      card.classList.toggle(`without-${box.value}`, !box.checked);
      return;
    }
    const hidden = stored(columnsKey(card));
    hidden[box.value] = !box.checked;
    localStorage.setItem(columnsKey(card), JSON.stringify(hidden));
    drawColumns(card);
  });
  on("click", (event) => {
    // The menu stays open while columns are chosen.
    if (event.target.closest(".column-choice")) event.stopPropagation();
  });
  all("[data-columns]").forEach(drawColumns);
})();
