// The keyboard leads to the search: "/" from anywhere but a field, Escape out of it.
document.addEventListener("keydown", (event) => {
  const field = document.getElementById("q");
  const writing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
  } else if (event.key === "Escape" && document.activeElement === field) {
    field.blur();
  }
});

// Where there is a keyboard, the field says so.
document.addEventListener("DOMContentLoaded", () => {
  if (matchMedia("(hover: hover)").matches) document.getElementById("q").placeholder = "Search (press /)";
});

// A refusal is no part of a page (too many questions, too long an address): it is shown as the page that it is.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.requestConfig.verb === "get" && event.detail.target?.tagName === "MAIN") {
    location.assign(event.detail.pathInfo.finalRequestPath);
  }
});

// On a phone a long table is a screen after the other: it is folded there.
const fold = () => {
  if (matchMedia("(max-width: 600px)").matches) {
    for (const table of document.querySelectorAll("details.long")) table.open = false;
  }
};
document.addEventListener("DOMContentLoaded", fold);
document.addEventListener("htmx:afterSwap", fold);
