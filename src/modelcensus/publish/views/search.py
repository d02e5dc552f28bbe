"""Search over everything that has a page: families, organizations, regions, models, claims, measures."""

from __future__ import annotations

from urllib.parse import quote

from modelcensus.catalog import patterns
from modelcensus.measures import measures
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.views.view import Chosen, Control, View, one, page

MOST_MODELS, MOST = 50, 20
LONGEST = 100


@page("/search", text="families, organizations, regions, models, claims and measures by their names", takes=("q",))
def search(scene: Scene, chosen: Chosen) -> View:
    """What bears the words in its name, the shortest names first."""
    asked = one(chosen, "q")[:LONGEST].strip()
    found = found_by_name(scene, asked.lower()) if asked else {}
    sections = []
    for kind, pairs in found.items():
        if pairs:
            rows = tuple((name, said) for name, said, _to in pairs)
            facts = Facts(kind, kind.capitalize(), ("name", "what"), rows, {n: to for n, _said, to in pairs})
            sections.append(Section(kind, kind.capitalize(), [], facts=[facts]))
    wrong = "" if sections or not asked else f"nothing bears {asked!r} in its name"
    question = f"What is called {asked}?" if asked else "What are you looking for?"
    return View(
        "search", question, sections, (Control("q", "Name, or a part of it", "text", asked),), wrong=wrong,
        chosen=dict(chosen),
    )  # fmt: skip


Found = list[tuple[str, str, str]]


def found_by_name(scene: Scene, words: str) -> dict[str, Found]:
    """Per kind what bears the words (in small letters): its name, what it is, and its page."""
    known = scene.census.knowledge
    families: Found = [(f, v.type, f"/families/{quote(f)}") for f, v in known.families.items() if words in f.lower()]
    makers: Found = [
        (o, v.name, f"/organizations/{quote(o)}") for o, v in known.organizations.items()
        if words in o.lower() or words in v.name.lower()
    ]  # fmt: skip
    labels = known.groupings[known.grouping].labels
    places: Found = [(r, text, f"/regions/{r}") for r, text in labels.items() if words in text.lower() or words == r]
    asked: Found = [
        (m, v.text, f"/explore?measure={m}")
        for m, v in measures().items()
        if words in m.replace("_", " ") or words in m
    ]
    claims: Found = [
        (c.statement, p.title, f"/claims/{p.id}/{c.id}") for p in scene.packs for c in p.claims
        if words in c.statement.lower() or words in c.id
    ]  # fmt: skip
    rows = scene.census.engine.rows(
        f"select repository, family, organization from catalog where contains(lower(repository), {patterns.text(words)})"
        f" order by length(repository), repository limit {MOST_MODELS}"
    )
    models: Found = [
        (str(r["repository"]), str(r["family"] or r["organization"] or ""), f"/models/{quote(str(r['repository']))}")
        for r in rows
    ]
    return {
        "families": _shortest(families), "organizations": _shortest(makers), "regions": _shortest(places),
        "models": models, "claims": claims[:MOST], "measures": _shortest(asked),
    }  # fmt: skip


def _shortest(found: Found) -> Found:
    return sorted(found, key=lambda f: (len(f[0]), f[0]))[:MOST]
