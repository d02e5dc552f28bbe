"""Texts of a language of their own: YAML and JSON files, rules, requests, expressions, headlines."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path

from fuzz.harness import FoundError, Parser, each, folder, of_file, text_of
from modelcensus.catalog import load_knowledge
from modelcensus.catalog.files import bundled_files
from modelcensus.catalog.knowledge import load_files
from modelcensus.catalog.scopes import check_expression
from modelcensus.claims.entries import Pack
from modelcensus.claims.packs import read_yaml
from modelcensus.claims.statements.pasted import Pasted
from modelcensus.counting import Policies
from modelcensus.counting.formats import find_format
from modelcensus.counting.networks import _read as read_networks
from modelcensus.counting.rules.history import vendored
from modelcensus.counting.rules.published import parse_rule
from modelcensus.flows.series_breaks import _load as read_breaks
from modelcensus.ledger import Ledger, all_aside
from modelcensus.ledger.manifest import manifest_at
from modelcensus.serve.drafts import read_draft, stated
from modelcensus.sources import read_dates, read_recipe
from modelcensus.sources.hub_api.asking import read_ids
from modelcensus.sources.hub_api.spool import Spool
from modelcensus.vocabulary import (
    CensusError,
    DocumentError,
    KnowledgeFile,
    Period,
    ReadingTime,
    Request,
    yaml_document,
)


def _rules() -> Sequence[bytes]:
    said = {str(rule.rule) for rule in islice(_published(), 400)}
    return sorted(s.encode() for s in said)


def _published() -> Iterator:
    for rules in vendored().libraries.values():
        yield from rules


CLAIM = b"""id: one
statement: Qwen had more than half of the downloads in February 2026.
measure: share
of: {organization: Qwen}
period: 2026-02
compare: {above: 50 %}
readings: {repair: [conservative, none], window: {feb: {text: February, period: 2026-02}}}
as_worded: {because: as it says}
"""
PACK = b"id: mine\nversion: 2026-11-01\ntitle: mine\nsource: {title: a, publisher: b}\nclaims:\n- " + CLAIM.replace(
    b"\n", b"\n  "
)


def _packs() -> Sequence[bytes]:
    found = (f for f in (files("modelcensus.claims") / "packs").iterdir() if f.name.endswith(".yml"))
    return [PACK, *(f.read_bytes()[:3000] for f in sorted(found, key=lambda f: f.name))]


def _knowledge() -> Sequence[bytes]:
    return [f.content.encode()[:2500] for f in bundled_files()]


def _breaks() -> Sequence[bytes]:
    return [(files("modelcensus.flows") / "series_breaks.yaml").read_bytes()[:3000]]


def _drafted(given: bytes) -> object:
    text = text_of(given)
    stated(text)
    return read_draft(text)


def _yaml(given: bytes) -> object:
    """The answer to any YAML at all."""
    try:
        return yaml_document(text_of(given))
    except DocumentError as error:
        if "\n" in error.reason or not error.reason:
            raise FoundError(f"no clear line {error.reason!r}") from error
    return None


REQUESTS = (
    b"share|organization=Qwen|text|month|2026-02|repair=none|2026-11-23",
    b"downloads|region=china,us|where: format = 'gguf'|region,month|2025-02..2026-08|counter=all_time&spikes=drop|",
    b"ram|family=Llama|hub|size_class|2025-08-24..2026-08-23|baseline=tenth&minimum=5|2026-01-01",
    b"growth||all|week|all|origin=2025-03|2026-02-28",
)


def _request(given: bytes) -> object:
    measure, of, within, by, period, reading, as_of = (text_of(given).split("|") + [""] * 7)[:7]
    request = Request.build(
        measure, [t for t in of.split("&") if t], within, [b for b in by.split(",") if b], period,
        [r for r in reading.split("&") if r], as_of or None,
    )  # fmt: skip
    again = Request.from_dict(request.as_dict())
    if again.canonical() != request.canonical():
        raise FoundError("as_dict and from_dict do not agree")
    return request


def _times(given: bytes) -> None:
    """A period, or a day of reading, as everybody writes them; the second is a plain ValueError, which its callers expect."""
    text = text_of(given)
    try:
        period = Period.parse(text)
        if period.start >= period.end or str(Period.parse(str(period))) != str(period):
            raise FoundError(f"{period} does not come back")
    except CensusError:
        pass
    try:
        time = ReadingTime.parse(text)
    except ValueError:
        return
    if time.earliest > time.latest:
        raise FoundError(f"{time} ends before it begins")


HEADLINES = (
    b"Qwen had 52.3 % of the downloads of text models in February 2026, more than twice as many as Llama.",
    b"Chinese open models passed American ones in July 2025, with 1.4 billion downloads. DeepSeek-V3 grew 3x year over year!",
    "Die Zahl: Qwen’s share rose from 30% to “over half” in Q1 2026; the top ten publishers made 82 % of it.".encode(),
    b"More than 100,000 derivatives were built on Qwen; Mistral ranked third behind Meta in 2025.",
)


@cache
def _known():
    return load_knowledge()


def _headline(given: bytes) -> None:
    Pasted(text_of(given), "a", "b", date(2026, 3, 1)).read(_known())


def _manifest() -> bytes:
    return (
        b'{"format": 1, "id": "b0", "source": "tables", "name": "n", "channel": "hub", "committed_at": "2026-12-01T00:00:00Z",'
        b' "first_day": "2026-01-01", "last_day": null, "rows": {"observations": 1}, "inputs": [{"name": "a.csv", "bytes": 1,'
        b' "digest": "00"}], "options": {"date": "2026-01-01"}, "took": ["x"], "terms": {}, "files": [{"table": "observations",'
        b' "path": "observations/b0.parquet", "rows": 1, "bytes": 2, "digest": "00"}], "software": {"modelcensus": "0"}}'
    )


def _within(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A reader of a ledger in which this file says something."""

    def of(given: bytes) -> object:
        root = folder() / "small"
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(given)
        (path.parent / "there").touch()
        return read(root)

    return of


NOTE = b'{"batch": "b0", "problems": ["observations/b0.parquet: digest differs"], "source": "tables", "name": "n", "lost": []}'
RECORD = b'{"id": "p0123456789ab", "measure": "share", "request": {"of": {}}, "batches": ["b0"], "sql": "select 1"}'
ANSWERS = (b"one answer", b"another one " * 20)


@cache
def _checkpoint() -> tuple[bytes, bytes]:
    """The lines of a crawl's answers, and the answers."""
    root = folder() / "crawl-made"
    spool = Spool(root)
    spool.begin({"asked": {}})
    spool.resume()
    for number, body in enumerate(ANSWERS):
        spool.add(number, body, 1, date(2026, 5, 1), "/api/models?cursor=a")
    spool.close()
    return (root / "pages.jsonl").read_bytes(), (root / "pages.zst").read_bytes()


def _resumed(given: bytes) -> None:
    """A checkpoint whose lines, or whose answers, are damaged: what is taken up is the beginning of what was kept."""
    lines, bodies = _checkpoint()
    root = folder() / "crawl"
    root.mkdir(exist_ok=True)
    damaged_lines = given.startswith(b"{") or len(given) < 2 or b'"step"' in given[:20]
    (root / "pages.jsonl").write_bytes(given if damaged_lines else lines)
    (root / "pages.zst").write_bytes(bodies if damaged_lines else given)
    (root / "crawl.json").write_bytes(given)
    spool = Spool(root)
    try:
        kept = [b for _, b in spool.bodies(list(spool._sound()))]
        if kept != list(ANSWERS[: len(kept)]) and damaged_lines is False:
            raise FoundError(f"took up {kept!r}")
        _ = spool.plan
    finally:
        spool.close()


RECIPES = (
    b"source: tables\nname: mine\nfiles: [a.csv, b.csv]\nmap: {repo: id, all_time: n}\ndate: 2026-05-01\nmissing: ['-']\n",
    b"source: reported\nmap:\n  organization: org\n  month: m\nterms: {license: CC-BY-4.0}\nscope: text\n",
)
FORMATS = (
    b'name: mine\ntext: Mine\nkind: template\ntemplate: \'{address} - - [{time}] "{request}" {status} {bytes} "{referer}" "{agent}"\'\ntime: clf\n',
    b"name: mine\ntext: Mine\nkind: json\nfields: {time: ts, request: [a.b, c], status: s}\ntime: any\n",
)
SCOPES = (
    b"organization = 'Qwen' and format in ('gguf', 'original') and params_b between 1 and 10",
    b"(lower(repository) like '%instruct%' or not first_party) and coalesce(license, '') <> 'mit'",
)
YAMLS = (
    b"a: &x {b: [1, 2.5, 2026-01-31, 'x', ~, 0x1F, 190:20:30]}\nc: {<<: *x, d: !!str 7}\n",
    b"- - a\n  - ? b\n    : |\n      c\n",
)


POLICIES = (
    b"head=off&statuses=2xx,307&dedup=tumbling&window=600",
    b"timezone=Europe/Berlin&prefix=/models,/hub&mirrors=192.0.2.1",
    b"methods=GET,HEAD",
)


def _read_breaks(path: Path) -> object:
    read_breaks.cache_clear()
    return read_breaks(str(path))


PARSERS = {
    "yaml": Parser(lambda: YAMLS, each(_yaml), 2000),
    "counting rules": Parser(_rules, each(lambda g: parse_rule(text_of(g))), 4000),
    "log format file": Parser(lambda: FORMATS, each(of_file("mine.yml", lambda p: find_format(str(p)))), 400),
    "recipe": Parser(lambda: RECIPES, each(of_file("r.yml", read_recipe)), 400),
    "days of batches": Parser(lambda: (b"a,2026-01-01\nb,2026-01-02\n",), each(of_file("d.csv", read_dates)), 400),
    "list of ids": Parser(lambda: (b"Qwen/Qwen3-8B\n# a\nacme/tiny-7b\ngpt2\n",), each(of_file("ids.txt", read_ids)), 400),
    "address ranges": Parser(lambda: (b"192.0.2.0/24,ci\n# a\n2001:db8::/32, bot\n",), each(of_file("n.txt", read_networks)), 600),
    "policies": Parser(lambda: POLICIES, each(lambda g: Policies.parse(text_of(g).split("&")).status_test("s")), 1500),
    "claim packs": Parser(_packs, each(lambda g: read_yaml(Pack, text_of(g), "mine.yml")), 60),
    "draft claims": Parser(lambda: (CLAIM,), each(_drafted), 100),
    "knowledge": Parser(_knowledge, each(lambda g: load_files((KnowledgeFile("given", "mine.yml", text_of(g)),))), 60),
    "series breaks": Parser(_breaks, each(of_file("breaks.yaml", _read_breaks)), 60),
    "requests": Parser(lambda: REQUESTS, each(_request), 3000),
    "periods and days": Parser(lambda: (b"2026-02", b"2025-02..2026-08", b"2026-05-XX", b"2026-04-08..2026-04-22", b"2026"), each(_times), 4000),
    "scope expressions": Parser(lambda: SCOPES, each(lambda g: check_expression(text_of(g), "mine")), 500),
    "headlines": Parser(lambda: HEADLINES, each(_headline), 150),
    "manifests": Parser(lambda: (_manifest(),), each(of_file("b0.json", manifest_at)), 1000),
    "notes of what was set aside": Parser(lambda: (NOTE,), each(_within("aside/b0/note.json", all_aside)), 600),
    "provenance records": Parser(
        lambda: (RECORD,), each(_within("provenance/p0.json", lambda root: Ledger(root).provenance("p0"))), 1000
    ),
    "checkpoint of a crawl": Parser(lambda: _checkpoint(), each(_resumed), 400),
}  # fmt: skip
"""Name -> parser."""
