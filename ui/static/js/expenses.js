// Register → Expenses: photos become pages of the receipt, and a category is one press.
(() => {
  "use strict";

  const camera = document.querySelector("[name=receipt_photo]");
  const receipt = document.querySelector("[name=receipt]");
  const pages = document.querySelector("[data-receipt-pages]");

  function drawPages() {
    const names = [...receipt.files].map((file) => file.name);
    pages.textContent = names.length ? `${names.length} × ${pages.dataset.receiptPages}: ${names.join(", ")}` : "";
  }

  // A camera gives one photo at a time: each is added to the files that were chosen before.
  camera?.addEventListener("change", () => {
    const all = new DataTransfer();
    for (const file of [...receipt.files, ...camera.files]) all.items.add(file);
    receipt.files = all.files;
    camera.value = "";
    drawPages();
  });
  receipt?.addEventListener("change", drawPages);

  const category = document.querySelector("[name=category]");
  const chips = [...document.querySelectorAll("[data-category]")];
  const drawChips = () => {
    for (const chip of chips) {
      const isChosen = chip.dataset.category === category.value;
      chip.setAttribute("aria-pressed", String(isChosen));
      chip.classList.toggle("chip-on", isChosen);
    }
  };
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      category.value = chip.dataset.category;
      category.dispatchEvent(new Event("input", { bubbles: true }));
      category.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  category?.addEventListener("change", drawChips);
  if (chips.length) drawChips();
})();
