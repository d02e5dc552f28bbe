"""Search over everything that has a page: families, organizations, regions, models, claims, measures."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from modelcensus.catalog import patterns
from modelcensus.measures import measures
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.views.view import Chosen, Control, View, Way, one, page
from modelcensus.vocabulary import RequestError

MOST_MODELS = 50
"""Models of one page; the others are on the next ones."""
LONGEST = 100
FARTHEST = 1_000_000_000


@page(
    "/search",
    text="families, organizations, regions, models, claims and measures by their names",
    takes=("q", "first"),
)
def search(scene: Scene, chosen: Chosen) -> View:
    """What bears the words in its name, the shortest names first."""
    asked, first = one(chosen, "q")[:LONGEST].strip(), first_of(one(chosen, "first", "1"))
    found = found_by_name(scene, asked.lower(), first) if asked else {}
    total = count_models(scene, asked.lower()) if asked else 0
    sections = []
    for kind, pairs in found.items():
        if pairs and kind == "models":
            sections.append(_models(pairs, first, total))
        elif pairs:
            rows = tuple((name, said) for name, said, _to in pairs)
            facts = Facts(kind, kind.capitalize(), ("name", "what"), rows, {n: to for n, _said, to in pairs})
            sections.append(Section(kind, kind.capitalize(), [], facts=[facts]))
    ways = tuple(
        Way(f"/search?{urlencode({'q': asked, 'first': at})}", f"models {at:,} to {min(at + MOST_MODELS - 1, total):,} of {total:,}")
        for at in (first - MOST_MODELS, first + MOST_MODELS) if total and 0 < at <= total
    )  # fmt: skip
    wrong = "" if sections or not asked else f"nothing bears {asked!r} in its name"
    question = f"What is called {asked}?" if asked else "What are you looking for?"
    return View(
        "search", question, sections, (Control("q", "Name, or a part of it", "text", asked),), ways, wrong=wrong,
        chosen=dict(chosen),
    )  # fmt: skip


Found = list[tuple[str, str, str]]


def first_of(text: str) -> int:
    """The place of the first model that is shown; RequestError where the text is none."""
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:10]) <= FARTHEST:
        raise RequestError(f"no place {text!r}", where="first", remedy="write a whole number from 1 on")
    return int(text[:10])


def _models(found: Found, first: int, total: int) -> Section:
    """The models of one page; their file says too how many there are."""
    rows = tuple((name, said, place, total) for place, (name, said, _to) in enumerate(found, first))
    last = first + len(found) - 1
    some = "" if len(found) == total else f" {first:,} to {last:,} of {total:,}, the shortest names first"
    facts = Facts(
        "models", f"Models{some}", ("name", "what", "place", "of"), rows, {n: to for n, _said, to in found},
        shown=("name", "what"),
    )  # fmt: skip
    return Section("models", "Models", [], facts=[facts])


def count_models(scene: Scene, words: str) -> int:
    """How many repositories bear the words (in small letters) in their names."""
    rows = scene.census.engine.rows(f"select count(*) as many from catalog where {_bears(words)}")
    return int(rows[0]["many"])


def _bears(words: str) -> str:
    return f"contains(lower(repository), {patterns.text(words)})"


def found_by_name(scene: Scene, words: str, first: int = 1) -> dict[str, Found]:
    """Per kind what bears the words (in small letters): its name, what it is, and its page. Of models so many as a page
    has, from the place `first` on."""
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
        f"select repository, family, organization from catalog where {_bears(words)}"
        f" order by length(repository), repository limit {MOST_MODELS} offset {first - 1}"
    )
    models: Found = [
        (str(r["repository"]), str(r["family"] or r["organization"] or ""), f"/models/{quote(str(r['repository']))}")
        for r in rows
    ]
    return {
        "families": _shortest(families), "organizations": _shortest(makers), "regions": _shortest(places),
        "models": models, "claims": claims, "measures": _shortest(asked),
    }  # fmt: skip


def _shortest(found: Found) -> Found:
    return sorted(found, key=lambda f: (len(f[0]), f[0]))
