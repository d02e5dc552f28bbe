"""Every parser that reads foreign bytes, as a function of many inputs: a value, or one CensusError; never anything else."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path

from modelcensus.catalog.files import bundled_files
from modelcensus.catalog.knowledge import load_files
from modelcensus.claims.entries import Pack
from modelcensus.claims.packs import read_yaml
from modelcensus.counting import Policies, Salts, formats
from modelcensus.counting.formats import find_format
from modelcensus.counting.lines import LogFile
from modelcensus.counting.reduction import Reduction
from modelcensus.counting.rules.history import vendored
from modelcensus.counting.rules.published import parse_rule
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger.manifest import manifest_at
from modelcensus.sources import ImportOptions, read_batch, read_dates, read_recipe
from modelcensus.vocabulary import CensusError, KnowledgeFile, Request


class FoundError(AssertionError):
    """An input that a parser did not answer as it must."""


@dataclass(frozen=True)
class Parser:
    """`seeds`: real examples; `take`: answers many inputs, and raises FoundError for the first that breaks the promise;
    `together`: how many at a time; `lines`: whether an input is one line; `quick`: inputs of the bounded part."""

    seeds: Callable[[], Sequence[bytes]]
    take: Callable[[Sequence[bytes]], None]
    quick: int
    together: int = 1
    lines: bool = False


def _each(read: Callable[[bytes], object]) -> Callable[[Sequence[bytes]], None]:
    """A parser of single inputs."""

    def take(inputs: Sequence[bytes]) -> None:
        for given in inputs:
            try:
                read(given)
            except CensusError as error:
                if "\n" in str(error) or not error.what:
                    raise FoundError(f"no clear line {str(error)!r} of {given!r}") from error
            except Exception as error:
                raise FoundError(f"{type(error).__name__}: {error} of {given!r}") from error

    return take


def _text(given: bytes) -> str:
    return given.decode("utf-8", "surrogateescape")


@cache
def _folder() -> tuple[tempfile.TemporaryDirectory, Path]:
    kept = tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    return kept, Path(kept.name)


@contextmanager
def _file(name: str, content: bytes) -> Iterator[Path]:
    path = _folder()[1] / name
    path.write_bytes(content)
    yield path


def _of_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def of(given: bytes) -> object:
        with _file(name, given) as path:
            return read(path)

    return of


def _log(name: str) -> Parser:
    """Lines of a log: those of the format's own samples that stand between them are all read."""
    form = formats()[name]
    good = form.samples[0].encode("utf-8", "replace")

    def take(inputs: Sequence[bytes]) -> None:
        lines, sound = [], []
        for number, given in enumerate(inputs):
            lines.append(given)
            if number % 10 == 9:
                lines.append(good)
                sound.append(len(lines))
        with _file("access.log", b"\n".join(lines) + b"\n") as path:
            reduction = Reduction(DuckDBEngine(), Policies(), Salts(path.parent / "salts"))
            reduction.db.execute("set threads = 1")
            file = LogFile(path)
            try:
                told = reduction.add(file, form, file.pieces())
            except Exception as error:
                raise _narrowed(inputs, take, f"{type(error).__name__}: {error}") from error
        aside = {line for line, _, _ in told.aside}
        if lost := aside.intersection(sound):
            raise FoundError(f"{name}: {len(lost)} good lines set aside, the first {min(lost)}")
        if told.taken + told.other + len(aside) != len(lines) or told.taken < len(sound):
            raise FoundError(f"{name}: {told.taken} + {told.other} + {len(aside)} of {len(lines)} lines")

    return Parser(lambda: [s.encode("utf-8", "replace") for s in form.samples], take, 1000, 100_000, lines=True)


def _narrowed(inputs: Sequence[bytes], take: Callable[[Sequence[bytes]], None], said: str) -> FoundError:
    """The half of the inputs that still fails, down to one."""
    while len(inputs) > 1:
        half = len(inputs) // 2
        for part in (inputs[:half], inputs[half:]):
            try:
                take(part)
            except FoundError as error:
                return error
            except Exception:
                inputs = part
                break
        else:
            break
    return FoundError(f"{said} of {list(inputs[:3])!r}")


def _table(name: str, header: bytes, good: bytes, seeds: Sequence[bytes], options: dict, repository: str) -> Parser:
    """Rows of a file: the good ones between them are all taken, with what they say. An input holds no quote character,
    which could join rows (whole files: the parsers `... file`)."""
    chosen = ImportOptions.model_validate(options)

    def take(inputs: Sequence[bytes]) -> None:
        rows, count = [], 0
        for number, given in enumerate(inputs):
            rows.append(given.replace(b'"', b"").replace(b"\r", b""))
            if number % 10 == 9:
                rows.append(good % count)
                count += 1
        with _file(name, b"\n".join([*([header] if header else []), *rows, b""])) as path:
            try:
                batch = read_batch([path], chosen)
            except CensusError as error:
                raise FoundError(f"{name}: refused whole ({error})") from error
            except Exception as error:
                raise _narrowed(inputs, take, f"{type(error).__name__}: {error}") from error
        told = batch.tables["observations"]
        kept = told.to_table(columns=["repository"]) if not hasattr(told, "column") else told
        found = len(set(kept["repository"].to_pylist()) & {f"{repository}{n}" for n in range(count)})
        if found != count:
            raise FoundError(f"{name}: {count - found} of {count} good rows lost")

    return Parser(lambda: seeds, take, 1000, 50_000, lines=True)


CSV = (
    b"id,day,n",
    b"acme/good%d,2026-05-01,7",
    (b"acme/tiny-7b,2026-05-01,1234", b"a/b,2026-05-XX,0", b"x/y-1.5,2026-05-01..2026-05-03,99"),
)
NDJSON = (
    b'{"id":"acme/good%d","downloads":7,"downloadsAllTime":9}',
    (
        b'{"id":"acme/tiny-7b","downloads":123,"downloadsAllTime":456,"createdAt":"2024-01-02T03:04:05.000Z","tags":["license:mit","base_model:a/b"],"likes":3}',
        b'{"modelId":"a/b","downloads":null,"config":{"architectures":["X"]},"safetensors":{"parameters":{"BF16":1000}}}',
    ),
)
MAPPED = {"repo": "id", "observed_on": "day", "all_time": "n"}


def _raw(name: str, seeds: Iterable[bytes], quick: int, **options: object) -> Parser:
    """Whole files."""
    chosen = ImportOptions.model_validate(options)
    return Parser(lambda: list(seeds), _each(_of_file(name, lambda p: read_batch([p], chosen))), quick)


def _rules() -> Sequence[bytes]:
    said = {str(rule.rule) for rule in islice(_published(), 400)}
    return sorted(s.encode() for s in said)


def _published() -> Iterator:
    for rules in vendored().libraries.values():
        yield from rules


def _packs() -> Sequence[bytes]:
    small = b"""id: mine
version: 2026-11-01
title: mine
source: {title: a, publisher: b}
claims:
- id: one
  statement: Qwen had more than half of the downloads in February 2026.
  measure: share
  of: {organization: Qwen}
  period: 2026-02
  compare: {above: 50 %}
  readings: {repair: [conservative, none], window: {feb: {text: February, period: 2026-02}}}
  as_worded: {because: as it says}
"""
    folder = files("modelcensus.claims") / "packs"
    return [
        small,
        *(f.read_bytes()[:3000] for f in sorted(folder.iterdir(), key=lambda f: f.name) if f.name.endswith(".yml")),
    ]


def _knowledge() -> Sequence[bytes]:
    return [f.content.encode()[:2500] for f in bundled_files()]


def _requests() -> Sequence[bytes]:
    return [
        b"share|organization=Qwen|text|month|2026-02|repair=none|2026-11-23",
        b"downloads|region=china,us|where: format = 'gguf'|region,month|2025-02..2026-08|counter=all_time&spikes=drop|",
        b"ram|family=Llama|hub|size_class|2025-08-24..2026-08-23|baseline=tenth&minimum=5|2026-01-01",
        b"growth||all|week|all|origin=2025-03|2026-02-28",
    ]


def _request(given: bytes) -> object:
    measure, of, within, by, period, reading, as_of = (_text(given).split("|") + [""] * 7)[:7]
    request = Request.build(
        measure, [t for t in of.split("&") if t], within, [b for b in by.split(",") if b], period,
        [r for r in reading.split("&") if r], as_of or None,
    )  # fmt: skip
    again = Request.from_dict(request.as_dict())
    if again.canonical() != request.canonical():
        raise AssertionError("as_dict and from_dict do not agree")
    return request


def _manifests() -> Sequence[bytes]:
    one = (
        b'{"format": 1, "id": "b0", "source": "tables", "name": "n", "channel": "hub", "committed_at": "2026-12-01T00:00:00Z",'
        b' "first_day": "2026-01-01", "last_day": null, "rows": {"observations": 1}, "inputs": [{"name": "a.csv", "bytes": 1,'
        b' "digest": "00"}], "options": {"date": "2026-01-01"}, "took": ["x"], "terms": {}, "files": [{"table": "observations",'
        b' "path": "observations/b0.parquet", "rows": 1, "bytes": 2, "digest": "00"}], "software": {"modelcensus": "0"}}'
    )
    return [one]


RECIPES = (
    b"source: tables\nname: mine\nfiles: [a.csv, b.csv]\nmap: {repo: id, all_time: n}\ndate: 2026-05-01\nmissing: ['-']\n",
    b"source: reported\nmap:\n  organization: org\n  month: m\nterms: {license: CC-BY-4.0}\nscope: text\n",
)
FORMATS = (
    b'name: mine\ntext: Mine\nkind: template\ntemplate: \'{address} - - [{time}] "{request}" {status} {bytes} "{referer}" "{agent}"\'\ntime: clf\n',
    b"name: mine\ntext: Mine\nkind: json\nfields: {time: ts, request: [a.b, c], status: s}\ntime: any\n",
)

PARSERS: dict[str, Parser] = {
    **{f"log {name}": _log(name) for name in formats()},
    "counting rules": Parser(_rules, _each(lambda g: parse_rule(_text(g))), 4000),
    "log format file": Parser(lambda: FORMATS, _each(_of_file("mine.yml", lambda p: find_format(str(p)))), 400),
    "rows of tables": _table("t.csv", *CSV, {"source": "tables", "map": MAPPED}, "acme/good"),
    "rows of a dump": _table("d.ndjson", b"", *NDJSON, {"source": "hub_dump", "date": "2026-05-01"}, "acme/good"),
    "csv file": _raw("t.csv", [b"\n".join([CSV[0], *CSV[2], b""])], 20, source="tables", map=MAPPED),
    "json file": _raw("t.json", [b"[" + b",\n".join(NDJSON[1]) + b"]"], 20, source="hub_dump", date="2026-05-01"),
    "recipe": Parser(lambda: RECIPES, _each(_of_file("r.yml", read_recipe)), 400),
    "days of batches": Parser(lambda: (b"a,2026-01-01\nb,2026-01-02\n",), _each(_of_file("d.csv", read_dates)), 400),
    "claim packs": Parser(_packs, _each(lambda g: read_yaml(Pack, g.decode("utf-8", "replace"), "mine.yml")), 60),
    "knowledge": Parser(
        _knowledge,
        _each(lambda g: load_files((KnowledgeFile("given", "mine.yml", g.decode("utf-8", "replace")),))),
        60,
    ),
    "requests": Parser(_requests, _each(_request), 3000),
    "manifests": Parser(_manifests, _each(_of_file("b0.json", manifest_at)), 1000),
}
"""Name -> parser."""
