// Home: Shift and click on work that can be started again opens the form for it.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-form-url]");
  if (!button || !event.shiftKey) return;
  event.preventDefault();
  window.location.assign(button.dataset.formUrl);
});
