"""Quality scores of models: Artificial Analysis (CSV), the Chatbot Arena (tables of ratings). Into `scores`.

A publisher's table is taken as it is, with its attribution; what joins a score to a repository is a stated id only.
"""

import math
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile
from modelcensus.sources.registry import source
from modelcensus.vocabulary import SCORES, Batch, InputError, ReadingTime, Terms

TERMS = Terms(
    license="not stated",
    citation="Artificial Analysis (artificialanalysis.ai), attribution asked for; LMArena (lmarena.ai);"
    " or Open LLM Leaderboard (Hugging Face)",
    unit="points of the publisher's own score",
    cadence="whenever the publisher updates its table",
)
INDEXES = {
    "artificial_analysis_intelligence_index": "intelligence",
    "artificial_analysis_coding_index": "coding",
    "artificial_analysis_agentic_index": "agentic",
    "gpqa": "gpqa",
    "hle": "hle",
}
"""Columns of Artificial Analysis -> the score's name here."""
RATINGS = {"arena_score": "arena", "arena_elo": "arena"}
"""Columns of the Arena's ratings -> the score's name here; the first that a row has counts."""
LEADERBOARD = {
    "Average ⬆️": "open_llm",
    "IFEval": "open_llm_ifeval",
    "BBH": "open_llm_bbh",
    "MATH Lvl 5": "open_llm_math",
    "GPQA": "open_llm_gpqa",
    "MUSR": "open_llm_musr",
    "MMLU-PRO": "open_llm_mmlu_pro",
}
"""Columns of the Open LLM Leaderboard (its table of contents) -> the score's name here."""
CLOSED = ("proprietary", "propretary")
"""Licenses, in lower case and as written there, by which the Arena marks models without open weights; `-` and empty say nothing."""
HUB_ID = re.compile(r"^(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+?)/?(?:[?#].*)?$")


@source(
    "quality",
    "Quality scores of models: Artificial Analysis, Chatbot Arena, Open LLM Leaderboard (table scores)",
    TERMS,
)
def read_quality(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch of scores. The day of a table comes from its column `commit_date`, else from `--date`."""
    rows, inputs, aside, took = [], [], [], []
    for path in files:
        raw = RawFile(path, options.delimiter or None)
        if any(c in raw.columns for c in INDEXES):
            reader, kind = _artificial_analysis, "Artificial Analysis"
        elif any(c in raw.columns for c in RATINGS):
            reader, kind = _arena, "LMArena"
        elif "fullname" in raw.columns and any(c in raw.columns for c in LEADERBOARD):
            reader, kind = _leaderboard, "the Open LLM Leaderboard"
        else:
            raise InputError(
                "no column of a score that is known",
                where=str(path),
                remedy=f"expected one of {', '.join([*INDEXES, *RATINGS, *LEADERBOARD])}",
            )
        rows += reader(raw, options)
        took.append(f"{path.name}: a table of {kind}")
        inputs.append(raw.input)
        aside.append(raw.set_aside())
    if not rows:
        raise InputError("no usable row", where=str(files[0]), remedy="check the columns of the table")
    rows = _once(rows)
    return Batch(
        source="quality",
        name=options.name or files[0].name.split(".")[0],
        channel="",
        tables={"scores": pa.Table.from_pylist(rows, schema=SCORES.arrow), "set_aside": pa.concat_tables(aside)},
        inputs=tuple(inputs),
        options=options.described(),
        took=tuple(dict.fromkeys(took)),
        terms=options.stated_terms(TERMS),
    )


def _artificial_analysis(raw: RawFile, options: ImportOptions) -> Iterator[dict]:
    scored_on = _table_day(raw, options)
    names = {"name", "slug", "creator", "country", "is_open_weights", "huggingface_url", "release_date"}
    for row, record in _records(raw, {*INDEXES, *names}):
        model = record["name"] or record["slug"]
        if not model:
            raw.rejects.add(row, "no name of a model")
            continue
        released = _released(raw, row, record["release_date"])
        found = HUB_ID.match(record["huggingface_url"] or "")
        for column, score in INDEXES.items():
            value = _number(raw, row, column, record[column])
            if value is not None:
                yield {
                    "model": model,
                    "repository": found.group(1) if found else None,
                    "organization": record["creator"],
                    "country": (record["country"] or "").upper() or None,
                    "open": {"true": True, "false": False}.get((record["is_open_weights"] or "").lower()),
                    "released_from": released.earliest if released else None,
                    "released_on": released.latest if released else None,
                    "score": score,
                    "value": value,
                    "low": None,
                    "high": None,
                    "scored_on": scored_on,
                    "source": "Artificial Analysis",
                }


def _arena(raw: RawFile, options: ImportOptions) -> Iterator[dict]:
    """Ratings as they stood in each version of the table; of every model its first and its newest are kept.

    The first version that lists a model dates it: it was released by then, and after the version before (if any).
    """
    names = {*RATINGS, "model", "organization", "license", "95_pct_ci", "commit_date", "url"}
    records = [(n, r) for n, r in _records(raw, names) if r["model"]]
    if not any(r["commit_date"] for _, r in records):
        _table_day(raw, options)
    records = [(n, r) for n, r in records if _dated(raw, n, r["commit_date"], options.date)]
    days = sorted({r["commit_date"][:10] for _, r in records if r["commit_date"]})
    before = dict(zip(days[1:], days, strict=False))
    last: dict[str, tuple[int, str, dict]] = {}
    first: dict[str, str] = {}
    for row, record in records:
        day = record["commit_date"][:10] if record["commit_date"] else _table_day(raw, options).isoformat()
        model = str(record["model"])
        first[model] = min(day, first.get(model, day))
        if model not in last or day >= last[model][1]:
            last[model] = (row, day, record)
    for model, (row, day, record) in last.items():
        column = next((c for c in RATINGS if record[c]), "")
        value = _number(raw, row, column, record[column]) if column else None
        if value is None:
            continue
        listed = first[model]
        since = before.get(listed)
        ends = re.findall(r"\d+(?:\.\d+)?", record["95_pct_ci"] or "")
        found = HUB_ID.match(record["url"] or "")
        license = (record["license"] or "").strip().lower()
        yield {
            "model": model,
            "repository": found.group(1) if found else None,
            "organization": record["organization"],
            "country": None,
            "open": None if license in ("", "-", "unknown") else not any(c in license for c in CLOSED),
            "released_from": date.fromisoformat(since) + timedelta(days=1) if since else None,
            "released_on": date.fromisoformat(listed),
            "score": RATINGS[column],
            "value": value,
            "low": value - float(ends[1]) if len(ends) == 2 else None,
            "high": value + float(ends[0]) if len(ends) == 2 else None,
            "scored_on": date.fromisoformat(day),
            "source": "LMArena",
        }


def _dated(raw: RawFile, row: int, text: str | None, given: str) -> bool:
    """Whether the day of a version is one, or is given where the row states none; another row is set aside."""
    try:
        return date.fromisoformat((text or given)[:10]) is not None
    except ValueError:
        raw.rejects.add(row, f"the day of the version is none: {text}" if text else "no day of the version")
        return False


def _leaderboard(raw: RawFile, options: ImportOptions) -> Iterator[dict]:
    """Scores of the Open LLM Leaderboard, of the Hub's repositories; entries that it flagged are set aside."""
    scored_on = _table_day(raw, options)
    names = {*LEADERBOARD, "fullname", "Flagged", "Upload To Hub Date", "Submission Date"}
    for row, record in _records(raw, names):
        repository = record["fullname"]
        if not repository or "/" not in repository:
            raw.rejects.add(row, "no repository in fullname")
            continue
        if (record["Flagged"] or "").lower() == "true":
            raw.rejects.add(row, "flagged by the leaderboard")
            continue
        released = _released(raw, row, record["Upload To Hub Date"])
        for column, score in LEADERBOARD.items():
            value = _number(raw, row, column, record[column])
            if value is not None:
                yield {
                    "model": repository,
                    "repository": repository,
                    "organization": repository.partition("/")[0],
                    "country": None,
                    "open": True,
                    "released_from": released.earliest if released else None,
                    "released_on": released.latest if released else None,
                    "score": score,
                    "value": value,
                    "low": None,
                    "high": None,
                    "scored_on": scored_on,
                    "source": "Open LLM Leaderboard",
                }


def _records(raw: RawFile, names: set[str]) -> Iterator[tuple[int, dict[str, str | None]]]:
    chosen = sorted(names)
    columns = [f"nullif(trim(cast({raw.column(n)} as varchar)), '')" if n in raw.columns else "null" for n in chosen]
    for row, *values in raw.db.execute(f"select _row, {', '.join(columns)} from raw order by _row").fetchall():
        yield row, dict(zip(chosen, values, strict=True))


def _table_day(raw: RawFile, options: ImportOptions) -> date:
    try:
        return date.fromisoformat(options.date)
    except ValueError as error:
        raise InputError(
            "the table does not say its day" if not options.date else f"{options.date!r} is no day",
            where=str(raw.path),
            remedy="give --date YYYY-MM-DD",
        ) from error


def _released(raw: RawFile, row: int, text: str | None) -> ReadingTime | None:
    try:
        return ReadingTime.parse(text) if text else None
    except ValueError:
        raw.rejects.add(row, f"the release date {text} is no day, interval or partial date; left unknown")
        return None


def _number(raw: RawFile, row: int, column: str, text: str | None) -> float | None:
    try:
        value = float(text) if text else None
        if value is not None and math.isinf(value):
            raise ValueError(text)
    except ValueError:
        raw.rejects.add(row, f"{column} is no number: {text}")
        return None
    return value if value is not None and value == value else None


def _once(rows: list[dict]) -> list[dict]:
    """One row per model, score and day, in a fixed order: the highest value where a table has several settings."""
    best: dict[tuple, dict] = {}
    for row in rows:
        key = (row["source"], row["score"], row["model"], row["scored_on"])
        if key not in best or row["value"] > best[key]["value"]:
            best[key] = row
    return [best[k] for k in sorted(best)]
