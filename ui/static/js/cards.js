// Lists whose rows are cards on a phone (css/cards.css): every cell gets the label and the place of
// its column from the head of the table. Rows get them while the page is still being read, so that
// nothing moves after it was drawn: this script is not deferred.
(() => {
  "use strict";

  const places = (head) => [...head.classList].filter((name) => name.startsWith("at-"));

  // The head of every column; of several rows of headings the last one counts.
  function columns(table) {
    const row = table.tHead?.rows[table.tHead.rows.length - 1];
    return [...(row?.cells || [])].flatMap((head) => Array(head.colSpan).fill(head));
  }

  function labelRow(row, heads) {
    let column = 0;
    for (const cell of row.cells) {
      const head = heads[column];
      column += cell.colSpan;
      const text = cell.textContent.trim();
      cell.classList.toggle("is-none", text === "—");
      if (!head || cell.colSpan > 1 || cell.matches(".check, .row-actions")) continue;
      cell.dataset.label ||= head.textContent.trim();
      cell.classList.add(...places(head));
    }
  }

  function label(root) {
    const tables = [...(root.querySelectorAll?.(".table-cards") || [])];
    if (root.matches?.(".table-cards")) tables.push(root);
    for (const table of tables) {
      const heads = columns(table);
      for (const part of [...table.tBodies, table.tFoot].filter(Boolean)) {
        for (const row of part.rows) labelRow(row, heads);
      }
    }
  }

  function labelAdded(records) {
    const nodes = records.flatMap((record) => [record.target, ...record.addedNodes]);
    const rows = new Set(nodes.map((node) => node.closest?.(".table-cards tr")));
    for (const row of rows) {
      if (row && !row.closest("thead")) labelRow(row, columns(row.closest("table")));
    }
  }

  const reading = new MutationObserver(labelAdded);
  reading.observe(document, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    reading.disconnect();
    label(document);
  });
  document.addEventListener("htmx:load", (event) => label(event.target));
})();
