// Light or dark: as the machine says, until the reader chooses; the choice is remembered on this machine alone.
// Loaded before the page is drawn, so that it does not flash.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let chosen = "";
  try {
    chosen = localStorage.getItem("theme") || "";
  } catch {
    // storage is refused: the machine decides
  }
  const isDark = () => (chosen ? chosen === "dark" : dark.matches);

  const apply = () => {
    if (chosen) root.dataset.theme = chosen;
    for (const source of document.querySelectorAll("source[data-dark]")) {
      source.dataset.own ??= source.media;
      const narrow = source.dataset.own.includes("max-width") ? "(max-width: 600px)" : "all";
      source.media = chosen ? (chosen === "dark" ? narrow : "not all") : source.dataset.own;
    }
    const button = document.getElementById("theme");
    if (button) {
      button.hidden = false;
      button.textContent = isDark() ? "Light" : "Dark";
      button.setAttribute("aria-label", isDark() ? "Show on a light page" : "Show on a dark page");
    }
  };

  if (chosen) root.dataset.theme = chosen;
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("htmx:afterSwap", apply);
  dark.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    if (event.target.id !== "theme") return;
    chosen = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // it then holds for this page
    }
    apply();
  });
})();
