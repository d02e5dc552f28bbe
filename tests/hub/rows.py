"""The repositories that the test Hub lists: real rows of a dump where it is there, generated ones of the same shape
otherwise, and as many copies as a test wants."""

import json
import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

DUMP = Path(__file__).parents[2].parent / "shared" / "data" / "hub-dump" / "models.parquet"
DEFAULT = (
    "modelId",
    "likes",
    "trendingScore",
    "private",
    "downloads",
    "tags",
    "pipeline_tag",
    "library_name",
    "createdAt",
)
"""What an item holds besides `_id` and `id` when nothing is expanded."""
VALID = (
    "author", "baseModels", "cardData", "config", "createdAt", "disabled", "downloads", "downloadsAllTime", "evalResults",
    "gated", "gguf", "inference", "inferenceProviderMapping", "lastModified", "library_name", "likes", "mask_token",
    "model-index", "pipeline_tag", "private", "resourceGroup", "safetensors", "sha", "siblings", "spaces", "tags",
    "transformersInfo", "trendingScore", "usedStorage", "widgetData", "xetEnabled", "childrenModelCount",
)  # fmt: skip
SORTS = {
    "createdAt": "createdAt",
    "downloads": "downloads",
    "likes": "likes",
    "lastModified": "lastModified",
    "trendingScore": "trendingScore",
}
FLOOR = datetime(2022, 3, 2, 23, 29, 4, tzinfo=UTC)
"""The Hub states no earlier creation."""
SPAN, STEP = 147_000_000, 7_919_003
"""Seconds over which copies are created, and from one to the next: those of a long row do not stand together."""


@dataclass(slots=True)
class Repository:
    """One model repository. `fields` are shared by copies of a row; `own` are its own."""

    hub_id: str
    name: str
    fields: dict
    own: dict = field(default_factory=dict)

    def get(self, name: str) -> object:
        if name == "modelId":
            return self.name
        if name == "private":
            return self.own.get("private", False)
        return self.own[name] if name in self.own else self.fields.get(name)

    def item(self, expand: Sequence[str]) -> dict:
        """The JSON of the repository: with `expand` exactly `_id`, `id` and what was asked for, where it has it."""
        wanted = [n for n in (expand or DEFAULT) if self.get(n) is not None or n in self.own]
        return {"_id": self.hub_id, "id": self.name, **{n: self.get(n) for n in wanted}}


class World:
    """The repositories of a Hub; counters and names may change between two requests."""

    def __init__(self, repositories: Iterable[Repository]) -> None:
        self.repositories = list(repositories)
        self.moved: dict[str, str] = {}
        """Old names and where they lead; to a repository of another `_id` too."""
        self.hidden: dict[str, str] = {}
        """Names that no listing shows, and why: missing, gated, disabled, unlisted."""
        self.changed()

    def changed(self) -> None:
        """Forget what was sorted and written before."""
        self._sorted: dict[tuple[str, str], tuple[list, list[Repository]]] = {}
        self._by_name = {r.name: r for r in self.repositories}
        self._texts: dict[tuple, str] = {}

    def find(self, name: str) -> Repository | None:
        return self._by_name.get(name)

    def rename(self, old: str, new: str) -> None:
        """Another name for a repository: the old one leads to it."""
        self._by_name[old].name, self.moved[old] = new, new
        self.changed()

    def remove(self, name: str, why: str = "missing") -> None:
        """No listing shows it any more."""
        self.hidden[name] = why
        self.changed()

    def replace(self, name: str, by: str) -> None:
        """The name leads to another repository."""
        self.remove(name)
        self.moved[name] = by

    def page(
        self, sort: str, author: str, after: dict | None, limit: int, expand: Sequence[str]
    ) -> tuple[str, dict | None]:
        """The JSON of one page, and the keyset that the next one begins after (nothing: it was the last)."""
        keys, rows = self._order(sort, author)
        start = 0
        if after is not None:
            (first, second) = after["$or"]
            value = first[sort]
            start = bisect_right(keys, (_down(value), first["_id"]["$gt"]))
            assert second[sort]["$lt"] == value
        chosen = rows[start : start + limit]
        text = "[" + ",".join([self._text(r, expand) for r in chosen]) + "]"
        if start + limit >= len(rows):
            return text, None
        last = chosen[-1]
        value = last.get(SORTS[sort])
        return text, {"$or": [{sort: value, "_id": {"$gt": last.hub_id}}, {sort: {"$lt": value}}]}

    def _order(self, sort: str, author: str) -> tuple[list, list[Repository]]:
        if (sort, author) not in self._sorted:
            rows = [
                r for r in self.repositories
                if r.name not in self.hidden and (not author or r.name.partition("/")[0] == author)
            ]  # fmt: skip
            rows.sort(key=lambda r: (_down(r.get(SORTS[sort])), r.hub_id))
            self._sorted[sort, author] = [(_down(r.get(SORTS[sort])), r.hub_id) for r in rows], rows
        return self._sorted[sort, author]

    def _text(self, repository: Repository, expand: Sequence[str]) -> str:
        """An item as text; what copies share is written once."""
        key = (id(repository.fields), tuple(expand))
        shared = self._texts.get(key)
        if shared is None:
            given = [n for n in (expand or DEFAULT) if n in repository.fields and repository.fields[n] is not None]
            shared = self._texts[key] = "".join(
                f",{_json(n)}:{_json(repository.fields[n])}" for n in given if n not in OWN
            )
        own = "".join([
            f',"{n}":{_json(repository.get(n))}'
            for n in (expand or DEFAULT) if n in repository.own or n in ("modelId", "private") or (n in OWN and repository.get(n) is not None)
        ])  # fmt: skip
        if repository.own.keys() - OWN:
            return _json(repository.item(expand))
        return f'{{"_id":"{repository.hub_id}","id":{_json(repository.name)}{own}{shared}}}'


OWN = {"createdAt", "downloads", "downloadsAllTime"}


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _down(value: object) -> float:
    """A key that sorts downwards."""
    if isinstance(value, str):
        return -datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    return -float(value or 0)  # type: ignore[arg-type]


def real(path: Path = DUMP) -> list[dict]:
    """The rows of the dump in the form of the wire; none where it is not there."""
    if not path.is_file():
        return []
    rows = []
    for (text,) in duckdb.sql(f"select to_json(t) from '{path}' t order by id").fetchall():
        row = {k: v for k, v in json.loads(text).items() if v is not None and k != "author"}
        for name in ("cardData", "gguf"):
            if name in row:
                row[name] = json.loads(row[name])
        if "safetensors" in row:
            row["safetensors"]["parameters"] = {
                k: v for k, v in row["safetensors"]["parameters"].items() if v is not None
            }
        if row.get("baseModels") and not row["baseModels"].get("relation"):
            del row["baseModels"]
        for name in ("createdAt", "lastModified"):
            row[name] = row[name].replace(" ", "T")[:19] + ".000Z"
        row["gated"] = False
        rows.append(row)
    return rows


def generated(count: int = 500, seed: int = 7) -> list[dict]:
    """Rows of the same shape, for machines without the dump."""
    draw, rows = random.Random(seed), []
    for i in range(count):
        maker = f"maker{draw.randrange(40)}"
        created = FLOOR + timedelta(seconds=draw.randrange(120_000_000))
        total = draw.randrange(10**8, 10**11)
        row: dict = {
            "id": f"{maker}/model-{i}", "createdAt": _stamp(created),
            "lastModified": _stamp(created + timedelta(days=draw.randrange(300))),
            "downloads": int(draw.paretovariate(0.5)) % 5_000_000, "likes": draw.randrange(3000),
            "trendingScore": draw.randrange(20), "tags": ["safetensors", "region:us", f"license:{draw.choice(['mit', 'apache-2.0'])}"],
            "cardData": {"license": "mit", "language": ["en"]}, "gated": draw.choice([False, False, "auto", "manual"]),
        }  # fmt: skip
        row["downloadsAllTime"] = row["downloads"] * draw.randrange(1, 30)
        if draw.random() < 0.8:
            row |= {"library_name": "transformers", "pipeline_tag": "text-generation"}
        if draw.random() < 0.7:
            row["safetensors"] = {"parameters": {"BF16": total}, "total": total}
        if draw.random() < 0.2:
            row["gguf"] = {"total": total, "architecture": "llama", "context_length": 4096}
        if draw.random() < 0.5 and i:
            base = rows[draw.randrange(i)]["id"]
            relation = draw.choice(["finetune", "adapter", "quantized", "merge"])
            row["baseModels"] = {
                "relation": relation,
                "models": [{"_id": f"{draw.randrange(2**95):024x}", "id": base}],
            }
            row["tags"] += [f"base_model:{base}", f"base_model:{relation}:{base}"]
        rows.append(row)
    return rows


def scaled(count: int, rows: list[dict] | None = None) -> World:
    """A world of so many repositories: the rows as they are, then copies under names and counters of their own."""
    base = rows or real() or generated()
    made = []
    for i in range(count):
        row, copy = base[i % len(base)], i // len(base)
        own = {n: row[n] for n in OWN if n in row}
        if copy:
            since = (datetime.fromisoformat(row["createdAt"].replace("Z", "+00:00")) - FLOOR).total_seconds()
            own["createdAt"] = _stamp(FLOOR + timedelta(seconds=(since + copy * STEP) % SPAN))
            own["downloads"] = row["downloads"] // (copy + 1) + copy
            if "downloadsAllTime" in row:
                own["downloadsAllTime"] = row["downloadsAllTime"] // (copy + 1) + copy
        seconds = int(datetime.fromisoformat(own["createdAt"].replace("Z", "+00:00")).timestamp())
        name = row["id"] if not copy else f"{row['id']}.copy-{copy}"
        made.append(Repository(f"{seconds:08x}{i:016x}", name, row, own))
    return World(made)


def _stamp(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.000Z")
