"""The tables that cross a room's door, declared once: name, type, unit, meaning."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, unit, and meaning."""

    name: str
    type: pa.DataType
    unit: str
    text: str


@dataclass(frozen=True)
class Schema:
    """A named table of declared columns."""

    name: str
    text: str
    columns: tuple[Column, ...]

    @property
    def arrow(self) -> pa.Schema:
        return pa.schema([(c.name, c.type) for c in self.columns])

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]


_WHO = (
    Column("repository", pa.string(), "id", "`namespace/name` as the source wrote it"),
    Column("hub_id", pa.string(), "id", "the Hub's stable `_id`, where the source gives it"),
)
_WHEN = (
    Column("observed_from", pa.date32(), "day", "earliest day of the reading"),
    Column("observed_on", pa.date32(), "day", "latest day of the reading; equal to observed_from when exact"),
    Column("batch", pa.string(), "tag", "tells readings of the same days apart; empty when there is one"),
)

OBSERVATIONS = Schema(
    "observations",
    "What one source said of one counter of one repository at one time. Never edited.",
    (
        *_WHO,
        Column("counter", pa.string(), "name", "rolling_30d, all_time or period"),
        Column("value", pa.int64(), "downloads", "what the counter stood at; null: no longer listed"),
        *_WHEN,
        Column("period_start", pa.date32(), "day", "for counter period: first day counted; else null"),
    ),
)

LISTINGS = Schema(
    "listings",
    "A whole source read at one time, where rows stand only for what changed (sparse storage). A snapshot without "
    "a listing has a row for every repository that the source listed.",
    (
        Column("counter", pa.string(), "name", "rolling_30d or all_time"),
        *_WHEN,
        Column("since", pa.date32(), "day", "rows stand where something changed since the snapshot of that day"),
        Column("listed", pa.int64(), "repositories", "how many repositories the source listed"),
    ),
)

FACTS = Schema(
    "facts",
    "What a source said a repository is, at its last reading in the batch.",
    (
        *_WHO,
        Column("observed_on", pa.date32(), "day", "day of the statement"),
        Column("likes", pa.int64(), "likes", "likes"),
        Column("created_at", pa.date32(), "day", "day of creation on the Hub"),
        Column("library", pa.string(), "name", "library_name"),
        Column("pipeline_tag", pa.string(), "name", "task"),
        Column("license", pa.string(), "id", "license as stated"),
        Column("params", pa.int64(), "parameters", "total parameters"),
        Column("params_from", pa.string(), "name", "field that `params` was read from"),
        Column("active_params", pa.int64(), "parameters", "active parameters of a mixture"),
        Column("architecture", pa.string(), "name", "model_type or gguf architecture"),
        Column("base_model", pa.string(), "ids", "stated parents, space separated"),
        Column("base_model_ids", pa.string(), "ids", "the Hub's `_id` of each stated parent, space separated"),
        Column("relation", pa.string(), "name", "stated relation to the parents"),
        Column("tags", pa.string(), "tags", "tags, space separated"),
        Column("gated", pa.string(), "name", "false, auto or manual: whether access is asked for; null: not stated"),
        Column("last_modified", pa.date32(), "day", "day of the last change on the Hub"),
        Column("trending_score", pa.float64(), "points", "the Hub's own score of the day"),
    ),
)

STATUSES = Schema(
    "statuses",
    "What became of a repository: what the Hub answered when it was asked for by name, or that it is listed no longer.",
    (
        *_WHO,
        Column("observed_on", pa.date32(), "day", "day of the answer"),
        Column(
            "status", pa.string(), "name", "renamed, replaced (another `_id` behind the name), missing (deleted or private), "
            "gated, disabled, unlisted (not asked for by name), unanswered",
        ),
        Column("target", pa.string(), "id", "the id that the Hub gives it now; null: none"),
        Column("target_hub_id", pa.string(), "id", "the `_id` behind that id"),
        Column("evidence", pa.string(), "text", "what was answered: status codes, `X-Error-Code`"),
    ),
)  # fmt: skip

REPORTED = Schema(
    "reported",
    "A series of aggregates that somebody else published; no repositories, no bounds.",
    (
        Column("scope", pa.string(), "name", "what the publisher counted over"),
        Column("organization", pa.string(), "namespace", "whose downloads; null: all of the scope"),
        Column("period_start", pa.date32(), "day", "first day"),
        Column("period_end", pa.date32(), "day", "day after the last"),
        Column("downloads", pa.int64(), "downloads", "as published, or derived as the manifest says"),
        Column("exact", pa.bool_(), "flag", "false: the publisher marks the month as an estimate"),
    ),
)

LISTS = Schema(
    "lists",
    "A dated list of repository ids that somebody maintains.",
    (
        Column("list", pa.string(), "name", "name of the list"),
        Column("listed_on", pa.date32(), "day", "date of the list"),
        Column("repository", pa.string(), "id", "`namespace/name`"),
    ),
)

ROUNDINGS = Schema(
    "roundings",
    "How a source rounds a counter: from which value on a value stands for all within half a width of it.",
    (
        Column("counter", pa.string(), "name", "all_time"),
        Column("from_value", pa.int64(), "downloads", "least value that is rounded so"),
        Column("width", pa.int64(), "downloads", "a value v stands for v - width/2 up to v + width/2"),
    ),
)

SCORES = Schema(
    "scores",
    "What a benchmark or an arena says of a model's quality, as its publisher states it.",
    (
        Column("model", pa.string(), "name", "the model, as the publisher names it"),
        Column("repository", pa.string(), "id", "`namespace/name` where the publisher states it; null: not stated"),
        Column("organization", pa.string(), "name", "who made it, as the publisher names it"),
        Column("country", pa.string(), "ISO 3166", "its country, where the publisher states it"),
        Column("open", pa.bool_(), "flag", "weights are open; null: not stated"),
        Column("released_from", pa.date32(), "day", "earliest day of release; null: not known"),
        Column("released_on", pa.date32(), "day", "latest day of release; null: not stated"),
        Column("score", pa.string(), "name", "which score"),
        Column("value", pa.float64(), "points", "the score; higher is better"),
        Column("low", pa.float64(), "points", "lower end of the publisher's own interval; null: none stated"),
        Column("high", pa.float64(), "points", "upper end of it"),
        Column("scored_on", pa.date32(), "day", "day of the publisher's table"),
        Column("source", pa.string(), "name", "publisher, for attribution"),
    ),
)

REQUESTS = Schema(
    "requests",
    "What access logs say was asked for, reduced: requests alike in everything below are one row. No address.",
    (
        Column("day", pa.date32(), "day", "day of the requests"),
        Column("place", pa.int64(), "number", "of the batch's `places`: which repository was asked"),
        Column("rest", pa.int64(), "number", "of the batch's `rests`: what of it was asked for"),
        Column("agent", pa.int64(), "number", "of the batch's `agents`: who asked"),
        Column("status", pa.int64(), "status", "of the answer"),
        Column(
            "part", pa.string(), "name", "whole, probe (one byte), start, continuation, or part (where is not known)"
        ),
        Column("marked", pa.string(), "name", "address in a named range: bot, ci, mirror; empty"),
        Column("counter", pa.bool_(), "flag", "the header X-HF-Download-Counter was sent; null: not in the log"),
        Column("requests", pa.int64(), "requests", "how many"),
        Column("bytes", pa.int64(), "bytes", "of the answers; null: not in the log"),
        Column("instant", pa.int64(), "seconds", "since 1970; null unless visits are kept"),
        Column(
            "visitor",
            pa.int64(),
            "hash",
            "of the address, keyed by day with a key that is destroyed; null as `instant`",
        ),
        Column(
            "session",
            pa.int64(),
            "hash",
            "of the session that is stated, keyed alike; null as `instant`, and where none is",
        ),
    ),
)

PLACES = Schema(
    "places",
    "Which repositories were asked, of the batch's `requests`.",
    (
        Column("place", pa.int64(), "number", "within the batch"),
        Column("kind", pa.string(), "name", "model, dataset, space, kernel"),
        Column("repository", pa.string(), "id", "as it was asked for"),
    ),
)

RESTS = Schema(
    "rests",
    "What of a repository was asked for, of the batch's `requests`.",
    (
        Column("rest", pa.int64(), "number", "within the batch"),
        Column(
            "route",
            pa.string(),
            "name",
            "resolve, cache, info, tree, xet-token, raw, page, manifest, blob, git, repository",
        ),
        Column("path", pa.string(), "path", "of the file in the repository, decoded; null: the route has none"),
        Column("method", pa.string(), "name", "GET, HEAD, ..."),
        Column("pinned", pa.bool_(), "flag", "asked for by commit, not by branch or tag"),
    ),
)

AGENTS = Schema(
    "agents",
    "Who asked, of the batch's `requests`: what is told of user agents, not their texts.",
    (
        Column("agent", pa.int64(), "number", "within the batch"),
        Column("client", pa.string(), "name", "the library or program"),
        Column("version", pa.string(), "version", "its version"),
        Column("hub", pa.string(), "version", "of huggingface_hub, where it asks through that"),
        Column("generation", pa.string(), "name", "of huggingface_hub: versions that ask alike"),
        Column("automated", pa.string(), "name", "bot, ci, or empty"),
        Column("container", pa.bool_(), "flag", "says that it runs in one"),
        Column(
            "asks_first", pa.bool_(), "flag", "resolves a revision first: a load from a warm cache asks for no file"
        ),
    ),
)

VISITS = Schema(
    "visits",
    "How many asked, by repository and day: counted when the log was read, of what is not kept.",
    (
        Column("day", pa.date32(), "day", "day of the requests"),
        Column("place", pa.int64(), "number", "of the batch's `places`: which repository was asked"),
        Column("addresses", pa.int64(), "addresses", "different ones; null: not in the log"),
        Column("sessions", pa.int64(), "sessions", "different ones (stated, else address and agent)"),
    ),
)

LOG_FILES = Schema(
    "log_files",
    "The log files that a batch counted, by their text, so that none is counted twice.",
    (
        Column("file", pa.string(), "name", "name of the file"),
        Column("format", pa.string(), "name", "what its lines were read as"),
        Column("opening_bytes", pa.int64(), "bytes", "length of its opening"),
        Column("opening", pa.string(), "digest", "SHA-256 of its opening"),
        Column("bytes", pa.int64(), "bytes", "of text up to where it was read, decompressed"),
        Column("digest", pa.string(), "digest", "of that text: BLAKE3 after `blake3:`, SHA-256 where no name stands"),
        Column("lines", pa.int64(), "lines", "up to where it was read"),
        Column("known", pa.int64(), "lines", "of those, counted before, in this file or another"),
        Column("taken", pa.int64(), "lines", "requests of repositories"),
        Column("other", pa.int64(), "lines", "requests of other things, and lines that are no requests"),
        Column("set_aside", pa.int64(), "lines", "set aside"),
    ),
)

LOG_PARTS = Schema(
    "log_parts",
    "The counted log files in parts, which begin at lines chosen by their content: by these, lines are recognized in another file.",
    (
        Column("digest", pa.string(), "digest", "of the text: `digest` of `log_files`"),
        Column("line", pa.int64(), "line", "its first one"),
        Column("lines", pa.int64(), "lines", "how many"),
        Column("bytes", pa.int64(), "bytes", "of their text"),
        Column("crc", pa.int64(), "checksum", "CRC-32 of their text"),
    ),
)

SET_ASIDE = Schema(
    "set_aside",
    "Rows of the input that could not be taken, kept with their place and reason.",
    (
        Column("file", pa.string(), "name", "input file"),
        Column("line", pa.int64(), "line", "line of a text file, row of a binary one"),
        Column("reason", pa.string(), "text", "what is wrong"),
        Column("content", pa.string(), "text", "the row, shortened"),
    ),
)

COUNTED = (REQUESTS, PLACES, RESTS, AGENTS, VISITS, LOG_FILES, LOG_PARTS)
"""What counting access logs keeps beside its observations."""
TABLES = {
    s.name: s
    for s in (OBSERVATIONS, LISTINGS, ROUNDINGS, FACTS, REPORTED, LISTS, SCORES, STATUSES, *COUNTED, SET_ASIDE)
}
"""Everything that a batch can hold, by name."""
