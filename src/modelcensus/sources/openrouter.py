"""Tokens that OpenRouter served, by model: daily lists (the top and `other`), weekly top tens.

A list names the models that served most; what the others served stands together under `other/other`. A count here is
therefore what the list shows under a model's own name: 0 in a period in which the list leaves the model to the others.
That way the counts of a period add up to the whole wherever the list has a row of others.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile
from modelcensus.sources.registry import source
from modelcensus.sources.staging import stage
from modelcensus.sources.tables import assemble
from modelcensus.vocabulary import OBSERVATIONS, Batch, InputError, Terms, nearest

UNLISTED = """
    with periods as (select distinct observed_from, observed_on, batch, period_start from observations),
    models as (select distinct repository from observations)
    select repository, null::varchar as hub_id, 'period' as counter, coalesce(o.value, 0) as value, p.observed_from,
           p.observed_on, p.batch, p.period_start
    from periods p cross join models m left join observations o using (repository, observed_on, period_start, batch)
    order by observed_on, repository
"""

TERMS = Terms(
    license="not stated",
    citation="OpenRouter rankings (openrouter.ai/rankings), as scraped",
    unit="tokens (prompt and completion) that the list shows under a model's own name",
    cadence="daily or weekly",
)
COLUMNS = {
    "model": ("model", "slug"),
    "day": ("date", "day"),
    "week": ("week",),
    "tokens": ("tokens", "total_tokens"),
}
"""What is read -> the columns it is taken from where `--map` does not name one."""
OTHERS = "other/other"
"""Under which id the tokens of all models that a list does not name stand."""


@source("openrouter", "Tokens served by model: daily lists and weekly top tens (channel openrouter)", TERMS)
def read_openrouter(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch of `period` counters, in tokens; weekly lists in a channel of their own (`openrouter-weekly`)."""
    staged, inputs, aside, took, steps = [], [], [], [], set()
    for path in files:
        raw = RawFile(path, options.delimiter or None)
        found = {t: _name(raw, t, options) for t in COLUMNS}
        grain = "day" if found["day"] else "week"
        if missing := [t for t in ("model", "tokens", grain) if not found[t]]:
            raise InputError(
                f"no column for {', '.join(missing)}",
                where=str(raw.path),
                remedy=f"name it with --map TARGET=COLUMN; columns here: {', '.join(raw.columns)}",
            )
        steps.add(grain)
        model = f"trim(cast({raw.column(found['model'])} as varchar))"
        first = f"try_cast(left(cast({raw.column(found[grain])} as varchar), 10) as date)"
        name = f"case when lower({model}) in ('other', 'others') then '{OTHERS}' else {model} end"
        tokens = raw.column(found["tokens"])
        rows = stage(
            raw,
            {
                "repository": name,
                "period_start": f"cast({first} as varchar)",
                "period_end": f"cast({first} + {1 if grain == 'day' else 7} as varchar)",
                "downloads": tokens,
            },
            missing=options.missing,
        )
        took += [*(f"{t} from column {c!r}" for t, c in found.items() if c), *rows.notes]
        staged.append(rows)
        inputs.append(raw.input)
        aside.append(raw.set_aside())
    if len(steps) > 1:
        raise InputError(
            "daily and weekly lists are not counted alike", where=str(files[0]), remedy="import them one by one"
        )
    channel = options.channel or ("openrouter" if steps == {"day"} else "openrouter-weekly")
    named = options.model_copy(update={"channel": channel})
    batch = assemble("openrouter", staged, inputs, aside, took, named, files, TERMS)
    observations = unlisted(batch.tables["observations"])
    kept = {n: t for n, t in batch.tables.items() if n != "facts"}
    return Batch(**{**vars(batch), "tables": {**kept, "observations": observations}})


def unlisted(observations: pa.Table) -> pa.Table:
    """Observations with a 0 for every period in which the list leaves a model that it names elsewhere to the others."""
    db = duckdb.connect()
    db.register("observations", observations)
    return db.sql(UNLISTED).to_arrow_table().select(OBSERVATIONS.names).cast(OBSERVATIONS.arrow)


def _name(raw: RawFile, target: str, options: ImportOptions) -> str:
    name = options.map.get(target) or next((n for n in COLUMNS[target] if n in raw.columns), "")
    if name and name not in raw.columns:
        raise InputError(
            f"no column {name!r} (wanted for {target})", where=str(raw.path), remedy=nearest(name, raw.columns)
        )
    return name
