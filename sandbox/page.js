// Fills the page by itself, part by part, and leaves alone what a person is typing in.
const PAUSE = 2000;

async function refresh() {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      const fields = [...part.querySelectorAll("input")];
      const inUse = fields.some((one) => one === document.activeElement || one.value !== one.defaultValue);
      if (other && !inUse && part.innerHTML !== other.innerHTML) part.innerHTML = other.innerHTML;
    }
  } catch {
    // the sandbox is being restarted; the next turn finds it again
  }
  setTimeout(refresh, PAUSE);
}

setTimeout(refresh, PAUSE);
