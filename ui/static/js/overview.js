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
    // Return to the current list; filters change the address without a new page.
    for (const input of all("[data-selection-form] input[name=next]")) {
      input.value = window.location.pathname + window.location.search;
    }
  }, true);

  // --- Columns: hidden columns are stored in this browser ----------------------------------------
  const columnsKey = (card) => `columns:${card.dataset.columns}`;

  function drawColumns(card) {
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
