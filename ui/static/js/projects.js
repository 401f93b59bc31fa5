// The form of a project: shows the fields of the chosen method, and the total of the instalments.
(() => {
  "use strict";

  const form = document.querySelector("[data-project-form]");
  if (!form) return;
  const method = form.querySelector("[data-method]");
  const sum = form.querySelector("[data-instalment-sum]");
  const list = form.querySelector("[data-instalments]");

  function showFields() {
    for (const part of form.querySelectorAll("[data-methods]")) {
      part.hidden = !part.dataset.methods.split(" ").includes(method.value);
    }
  }

  // Parse a typed amount to cents: 1.234,50 and 1,234.50; NaN for anything else.
  function cents(text) {
    const bare = text.replace(/[\s€]/g, "");
    if (!bare) return 0;
    if (!/^\d+([.,]\d{1,2})?$|^[1-9]\d{0,2}([.,]\d{3})+([.,]\d{1,2})?$/.test(bare)) return NaN;
    const [, whole, fraction = ""] = bare.match(/^(.*?)(?:[.,](\d{1,2}))?$/);
    return Number(whole.replace(/[.,]/g, "")) * 100 + Number(fraction.padEnd(2, "0"));
  }

  function euros(amount) {
    const language = document.documentElement.lang;
    return (amount / 100).toLocaleString(language, { style: "currency", currency: "EUR" });
  }

  function counted(row) {
    return !row.querySelector("[name$=-DELETE]").checked;
  }

  function showSum() {
    const rows = [...list.querySelectorAll("[data-instalment]")].filter(counted);
    const amounts = rows.map((row) => cents(row.querySelector("[data-amount]").value));
    const total = amounts.reduce((one, other) => one + other, cents(list.dataset.settled));
    const price = cents(form.querySelector("[data-fixed-price]").value);
    if (Number.isNaN(total)) return (sum.textContent = "");
    const rest = price - total;
    const { together, short, over } = sum.dataset;
    const compared = !price || !rest ? "" : ` · ${euros(Math.abs(rest))} ${rest > 0 ? short : over}`;
    sum.textContent = `${together} ${euros(total)}${compared}`;
  }

  function addInstalment() {
    const number = form.querySelector("[name=instalment-TOTAL_FORMS]");
    const template = list.querySelector("[data-instalment-empty]");
    const box = document.createElement("div");
    box.innerHTML = template.innerHTML.replaceAll("__prefix__", number.value);
    number.value = Number(number.value) + 1;
    const row = box.firstElementChild;
    template.before(row);
    row.querySelector("input:not([type=hidden])").focus();
  }

  // A picked task or employee gets a row, once: a row that is there already is ticked.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { dataset, value } = event.target;
    if (!dataset.pickerOnce) return;
    const box = form.querySelector(`[name="${dataset.pickerOnce}-${event.detail.requestConfig.parameters[event.target.name]}-chosen"]`);
    if (!box && value) return;
    event.preventDefault();
    if (box) box.checked = true;
  });
  document.addEventListener("htmx:afterSwap", showFields);

  method.addEventListener("change", showFields);
  form.addEventListener("input", showSum);
  form.addEventListener("change", showSum);
  const add = form.querySelector("[data-instalment-add]");
  add.hidden = false;
  add.addEventListener("click", addInstalment);
  showFields();
  showSum();
})();
