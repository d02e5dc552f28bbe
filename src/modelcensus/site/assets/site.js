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

// Check without a server: the tested claims that share most words with a headline, rare words and numbers counting most.
const headline = document.getElementById("headline");

if (headline && window.censusClaims) {
  const MOST = 6;
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/(\d)[,\u202f ](?=\d{3})/g, "$1").match(/[\p{L}\p{N}.%-]*[\p{L}\p{N}%]/gu) ?? [];
  const claims = window.censusClaims.map((claim) => ({ ...claim, words: new Set(plain(claim.statement)) }));
  const bearing = new Map();
  for (const claim of claims) for (const word of claim.words) bearing.set(word, (bearing.get(word) ?? 0) + 1);
  const weight = (word) => Math.log(1 + claims.length / (bearing.get(word) ?? claims.length)) - Math.log(2) * 0.9;
  const nearest = document.getElementById("nearest");
  const count = document.getElementById("nearest-count");

  const find = () => {
    const asked = new Set(plain(headline.value));
    const scored = claims.map((claim) => {
      const shared = [...claim.words].filter((word) => asked.has(word));
      return { ...claim, shared, score: shared.reduce((sum, word) => sum + Math.max(0, weight(word)), 0) };
    });
    const fits = scored.filter((claim) => claim.shared.length > 1 && claim.score > 0.5).sort((a, b) => b.score - a.score).slice(0, MOST);
    nearest.replaceChildren(
      ...fits.map((claim) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        const verdict = document.createElement("span");
        link.href = claim.to;
        link.textContent = claim.statement;
        verdict.textContent = claim.verdict;
        item.append(link, verdict);
        return item;
      }),
    );
    nearest.hidden = fits.length === 0;
    count.textContent = asked.size === 0 ? "" : fits.length === 0 ? "None of the tested claims is near these words." : "Nearest of the tested claims; whether they say the same is yours to judge:";
  };

  document.getElementById("offline").hidden = false;
  headline.addEventListener("input", find);
  find();
}
