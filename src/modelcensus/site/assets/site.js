// The search of a site without a server: words narrow the index, arrow keys walk through what is left, Enter opens it.
// "/" leads to the field from anywhere (the app's own script may do so too; focusing twice does no harm).
const field = document.getElementById("q");
const list = document.getElementById("found");

document.addEventListener("keydown", (event) => {
  const writing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  if (event.key === "/" && field && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
  }
});

if (field && list && window.censusIndex) {
  const MOST = 50;
  const count = document.getElementById("count");
  const everything = document.getElementById("everything");
  const fold = (text) => text.toLowerCase().normalize("NFKD");
  const entries = window.censusIndex.map((entry) => ({ ...entry, words: fold(`${entry.name} ${entry.question} ${entry.kind}`) }));

  const show = () => {
    const asked = fold(field.value.trim()).split(/\s+/).filter(Boolean);
    const fits = entries.filter((entry) => asked.every((word) => entry.words.includes(word)));
    fits.sort((a, b) => a.name.length - b.name.length);
    list.replaceChildren(
      ...fits.slice(0, MOST).map((entry) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        const kind = document.createElement("span");
        link.href = entry.to; // every page of the index lies below the folder of this one
        link.textContent = entry.question;
        kind.textContent = entry.name;
        item.append(link, kind);
        return item;
      }),
    );
    list.hidden = asked.length === 0;
    everything.hidden = asked.length > 0;
    count.textContent = asked.length === 0 ? "" : fits.length === 0 ? "No page of this site bears these words; the app may have one." : `${fits.length} found`;
  };

  const walk = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [field, ...list.querySelectorAll("a")];
    const place = stops.indexOf(document.activeElement);
    if (place < 0) return;
    event.preventDefault();
    stops[Math.min(Math.max(place + (event.key === "ArrowDown" ? 1 : -1), 0), stops.length - 1)].focus();
  };

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.addEventListener("input", show);
  document.addEventListener("keydown", walk);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.click();
  });
  show();
  field.focus();
}
