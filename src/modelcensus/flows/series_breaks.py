"""Series breaks: dated changes in how clients ask or the Hub counts, which no counter shows by itself."""

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pyarrow as pa
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from modelcensus.vocabulary import DocumentError, KnowledgeError, ReadingTime, yaml_document
from modelcensus.vocabulary.names import HUB, REPORTED

KIND = "series_break"
DONE = "drawn as a line on every time plot that crosses it"

EVENT_COLUMNS = pa.schema(
    [
        ("kind", pa.string()),
        ("source", pa.string()),
        ("counter", pa.string()),
        ("from", pa.date32()),
        ("to", pa.date32()),
        ("repositories", pa.int64()),
        ("repository", pa.string()),
        ("evidence", pa.string()),
        ("done", pa.string()),
    ]
)
"""The columns of the `events` table: `repository` is null where a whole snapshot or source is meant; `repositories` counts
what it touched."""

Text = Annotated[str, Field(min_length=1)]
When = Annotated[ReadingTime, BeforeValidator(lambda v: ReadingTime.parse(str(v)))]


class SeriesBreak(BaseModel):
    """One dated change; the meaning of every field stands at the head of `series_breaks.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    when: When
    label: Annotated[str, Field(min_length=1, max_length=44)]
    what: Text
    who: Literal["hub", "client", "source"]
    by: str = ""
    channels: Annotated[tuple[Text, ...], Field(min_length=1)]
    counters: Annotated[tuple[Literal["rolling_30d", "all_time", "period"], ...], Field(min_length=1)]
    direction: Literal["up", "down", "unknown", "none"]
    effect: Text
    source: Text
    certainty: Literal["documented", "recorded", "observed", "inferred"]

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.who == "hub") == bool(self.by):
            raise ValueError("`by` names the client or source, and stands only where `who` is not the hub")
        return self

    @property
    def start(self) -> date:
        """The first day on which the change can have begun."""
        return self.when.earliest

    @property
    def end(self) -> date:
        """The day by which it had begun."""
        return self.when.latest

    def concerns(self, channel: str, counter: str = "") -> bool:
        """Whether numbers of the channel are touched; without a counter, any of its counters.

        A reported series is taken as one of the Hub's counters, whichever of them its publisher used.
        """
        names = {channel, channel.partition(":")[0]} | ({HUB} if channel.startswith(REPORTED) else set())
        return not names.isdisjoint(self.channels) and (not counter or counter in self.counters)

    def crossed(self, first: date, last: date) -> bool:
        """Whether numbers from `first` to `last`, both included, can be of both sides of it."""
        return first < last and self.start <= last and self.end > first


def load_series_breaks(path: Path | None = None) -> tuple[SeriesBreak, ...]:
    """All series breaks in the order of their dates: ours, or those of another file of the same schema.

    Raises KnowledgeError where the file is not YAML, an entry breaks the schema, an id stands twice, or an entry
    stands before an earlier one.
    """
    return _load(str(path)) if path else _own()


def breaks_between(
    channel: str, first: date, last: date, *, counter: str = "", breaks: Iterable[SeriesBreak] | None = None
) -> tuple[SeriesBreak, ...]:
    """The breaks that numbers of a channel cross between two days, both included.

    >>> [b.id for b in breaks_between("hub", date(2025, 7, 1), date(2025, 8, 31))]
    ['params-json']
    >>> breaks_between("ollama", date(2024, 1, 1), date(2026, 12, 31))
    ()
    """
    if breaks is None:
        return tuple(b for b in _concerning(channel, counter) if b.crossed(first, last))
    return tuple(b for b in breaks if b.concerns(channel, counter) and b.crossed(first, last))


def series_break_table(breaks: Iterable[SeriesBreak] | None = None) -> pa.Table:
    """Breaks as rows of `events`, one for each counter that is touched; all of ours unless some are given.

    `source` is the client or source that changed, empty for the Hub itself; `repositories` is 0 and `repository`
    null, since no list of repositories says whom a change touches.
    """
    rows = [
        {
            "kind": KIND, "source": b.by, "counter": counter, "from": b.start, "to": b.end,
            "repositories": 0, "repository": None, "evidence": b.what, "done": DONE,
        }
        for b in (load_series_breaks() if breaks is None else breaks)
        for counter in b.counters
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=EVENT_COLUMNS)


@lru_cache(maxsize=256)
def _concerning(channel: str, counter: str) -> tuple[SeriesBreak, ...]:
    """Our own breaks that touch numbers of a channel."""
    return tuple(b for b in load_series_breaks() if b.concerns(channel, counter))


@cache
def _own() -> tuple[SeriesBreak, ...]:
    return _load(str(files("modelcensus.flows") / "series_breaks.yaml"))


@cache
def _load(file: str) -> tuple[SeriesBreak, ...]:
    breaks: list[SeriesBreak] = []
    for entry in _entries(Path(file)):
        found = _valid(entry, file)
        if any(b.id == found.id for b in breaks):
            raise KnowledgeError("the id stands twice", where=f"{file} ({found.id})", remedy="rename one of them")
        if breaks and (found.start, found.end) < (breaks[-1].start, breaks[-1].end):
            raise KnowledgeError(
                f"{found.when} stands after {breaks[-1].when} ({breaks[-1].id})",
                where=f"{file} ({found.id})",
                remedy="put the entries in the order of their dates",
            )
        breaks.append(found)
    return tuple(breaks)


def _entries(path: Path) -> list[Any]:
    try:
        content = yaml_document(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KnowledgeError(f"cannot be read ({error.strerror})", where=str(path), remedy="name a file") from error
    except (DocumentError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"not YAML ({error})", where=str(path), remedy="mend the line named") from error
    if not isinstance(content, dict) or set(content) != {"version", "breaks"}:
        raise KnowledgeError("not the keys `version` and `breaks`", where=str(path), remedy="see our own file")
    if type(content["version"]) is not date:
        raise KnowledgeError("no `version: YYYY-MM-DD`", where=str(path), remedy="add the day of the last change")
    if not isinstance(content["breaks"], list):
        raise KnowledgeError("`breaks` is not a list of entries", where=str(path), remedy="see our own file")
    return content["breaks"]


def _valid(entry: Any, file: str) -> SeriesBreak:
    try:
        return SeriesBreak.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        name = entry.get("id", "") if isinstance(entry, dict) else entry
        raise KnowledgeError(
            f"{'.'.join(str(p) for p in first['loc']) or 'entry'}: {first['msg']}",
            where=f"{file} ({name})",
            remedy="see the head of series_breaks.yaml for the fields",
        ) from error
