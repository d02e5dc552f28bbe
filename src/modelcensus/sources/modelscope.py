"""Models as ModelScope's Open API lists them (`/openapi/v1/models`): downloads, likes, in the channel modelscope.

ModelScope does not say over which time it counts; its numbers grow with age and are taken as counted since the start.
"""

from collections.abc import Sequence
from pathlib import Path

from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile
from modelcensus.sources.registry import source
from modelcensus.sources.staging import stage
from modelcensus.sources.tables import assemble
from modelcensus.vocabulary import Batch, InputError, Terms

TERMS = Terms(
    license="not stated",
    citation="ModelScope Open API (modelscope.cn/openapi/v1/models)",
    unit="downloads, as ModelScope counts them",
    cadence="as often as it is asked",
)
COLUMNS = {
    "repository": ("id", "model_id"),
    "all_time": ("downloads", "download_count"),
    "likes": ("likes", "stars"),
    "created_at": ("created_at", "created_time"),
    "license": ("license",),
    "params": ("params", "parameters"),
}
"""What is read -> the field, the first that is there."""
NEEDED = ("repository", "all_time")


@source("modelscope", "Models of ModelScope's Open API, a JSON object per line (channel modelscope)", TERMS)
def read_modelscope(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch of `all_time` counters; the day is given with `--date`."""
    if not options.date:
        raise InputError("the list does not say its day", where=str(files[0]), remedy="give --date YYYY-MM-DD")
    staged, inputs, aside, took = [], [], [], []
    for path in files:
        raw = RawFile(path)
        named = {t: next((n for n in names if n in raw.columns), "") for t, names in COLUMNS.items()}
        for target in NEEDED:
            if not named[target]:
                raise InputError(
                    f"the answer has changed: no field {' or '.join(COLUMNS[target])}",
                    where=str(path),
                    remedy=f"fields here: {', '.join(raw.columns)}; nothing was imported",
                )
        columns = {t: raw.column(n) for t, n in named.items() if n}
        rows = stage(raw, columns, date=options.date, missing=options.missing)
        took += [*(f"{t} from field {n!r}" for t, n in named.items() if n), *rows.notes]
        staged.append(rows)
        inputs.append(raw.input)
        aside.append(raw.set_aside())
    told = options.model_copy(update={"channel": options.channel or "modelscope"})
    return assemble("modelscope", staged, inputs, aside, took, told, files, TERMS)
