"""A site written: pages asked of the app, followed from link to link, given the names of files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

from starlette.types import ASGIApp

from modelcensus.claims import Pack
from modelcensus.engine import write_atomically
from modelcensus.publish.scene import Scene
from modelcensus.site.addresses import FRAME, Address, Names
from modelcensus.site.feeds import feed_file
from modelcensus.site.gathered import FEEDS, Gathered, gather
from modelcensus.site.later import with_later
from modelcensus.site.layout import CONTENT, found_list, frame_head, head, prepared, search_index
from modelcensus.site.live_charts import live_file
from modelcensus.site.markup import Changes, rewritten
from modelcensus.site.offline_check import claims_index, offline_check
from modelcensus.site.plan import Bounds
from modelcensus.site.visits import BASE, Visits
from modelcensus.vocabulary import InputError

LIST = "site.json"
"""The list of the site's files, each with its digest."""
LIVE = ".chart.js"
SEARCH, CHECK = Address("/search"), Address("/check")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Written:
    """The site: its first page, how many pages and files it has, its size, and what was left out."""

    index: Path
    pages: int
    files: int
    bytes: int
    left_out: int


def write_site(
    app: ASGIApp,
    scene: Scene,
    folder: Path,
    packs: Iterable[Pack] = (),
    bounds: Bounds = Bounds(),
    base: str = "",
    progress: Progress = lambda _: None,
) -> Written:
    """Write the app's pages into `folder`; the same inputs give the same bytes, and files of an earlier site that this
    one does not have go. `base` is the address at which the site will stand, for previews and the map of its pages.
    """
    if base and not base.startswith(("https://", "http://")):
        raise InputError(f"{base!r} is no address", where="base", remedy="write https://HOST/PATH/")
    base = base.rstrip("/") + "/" if base else ""
    before = _listed(folder)
    with Visits(app) as visits:
        found = gather(visits, scene, list(packs), bounds, progress)
    names = Names()
    for address in found.all:
        names.file(address)
    edition = f"{scene.census.manifests[-1].committed_at:%Y-%m-%dT%H:%M:%SZ}"
    files: dict[str, bytes] = {names.file(a): _file(a, found, names, base, edition) for a in found.files}
    for name, content in CONTENT.items():
        files[name] = content()
    files["search-index.js"] = search_index(found, names)
    files["claims-index.js"] = claims_index(found, names)
    for address in found.pages:
        files[names.file(address)] = _page(address, found, names, base).encode()
    if base:
        files["sitemap.xml"] = _map(found, names, base)
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    files[LIST] = json.dumps({"files": listed}, indent=1).encode()
    progress("writing")
    for name in sorted(files, key=lambda n: (n in ("index.html", LIST), n)):  # what others lead from comes last
        write_atomically(folder / name, files[name])
    for name in before - set(files):
        (folder / name).unlink(missing_ok=True)
    size = sum(len(c) for c in files.values())
    return Written(folder / "index.html", len(found.pages), len(files), size, found.left_out)


def _ways(address: Address, found: Gathered, names: Names, base: str = "") -> Callable[[str], str | None]:
    """What becomes of a link on a page or in a feed: a link within the site (whole, where its place is known and asked
    for), or nothing where it leads to what the site does not have."""
    own = names.file(address)

    def way(link: str) -> str | None:
        link, _, place = link.partition("#")
        to = Address.parse(link)
        to = found.same.get(to, to) if to else None
        if to is None or to not in found.all:
            return None
        led = urljoin(base, names.file(to)) if base else names.way(own, to)
        return led + (f"#{place}" if place else "")

    return way


def _file(address: Address, found: Gathered, names: Names, base: str, edition: str) -> bytes:
    """A file of the site: those that lead to pages lead into it."""
    content = found.files[address]
    if address.path.startswith(FEEDS):
        return feed_file(content, _ways(address, found, names, base), edition)
    if address.suffix == FRAME:
        way = _ways(address, found, names)
        return rewritten(
            content.decode(), Changes(way, "", way, frame_head(), names.way(names.file(address), SEARCH))
        ).encode()
    if address.suffix == LIVE:
        return live_file(content, _ways(address, found, names))
    return content


def _page(address: Address, found: Gathered, names: Names, base: str) -> str:
    own = names.file(address)
    way = _ways(address, found, names)

    def preview(link: str) -> str | None:
        to = Address.parse(link.removeprefix(BASE))
        to = found.same.get(to, to) if to else None
        return None if to not in found.files else urljoin(base, names.file(to)) if base else names.way(own, to)

    form = found.forms.get(address)
    if address == SEARCH:
        instead = found_list(found, names, own)
    elif address == CHECK:
        instead = offline_check(found, names, own)
    else:
        instead = prepared(address, form, found, partial(names.way, own))
    canonical = urljoin(base, names.file(address)) if base else ""
    page = with_later(found.pages[address], found.pages)
    return rewritten(page, Changes(way, instead, preview, head(own, canonical), names.way(own, SEARCH)))


def _map(found: Gathered, names: Names, base: str) -> bytes:
    lines = "".join(f"<url><loc>{urljoin(base, names.file(a))}</loc></url>\n" for a in found.pages)
    start = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{start}{lines}</urlset>\n".encode()


def _listed(folder: Path) -> set[str]:
    """The files of an earlier site in this folder; InputError where the folder holds something else."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return set()
    try:
        names = set(json.loads((folder / LIST).read_text())["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the folder is not empty, and holds no site ({LIST})",
            where=str(folder),
            remedy="name an empty folder, or a new one",
        ) from error
    root = folder.resolve()
    return {n for n in names if isinstance(n, str) and (root / n).resolve().is_relative_to(root)}
