"""Dumps of the Hub's listing in the hub-stats schema, of any size and day, that grow as a hub does."""

from datetime import date
from pathlib import Path

import duckdb

OPENED = date(2022, 3, 2)

DUMP = """
    with numbers as (
        select range as i, hash(range, 1) / 18446744073709551616.0 as a, hash(range, 2) / 18446744073709551616.0 as b,
               hash(range, 3) / 18446744073709551616.0 as c
        from range({repositories})),
    lives as (
        select *, date '{opened}' + cast(a * {span} as integer) as born, pow(10, 4.2 * b - 3) as rate,
               date '{day}' as today from numbers),
    counted as (
        select *, today - born as age, cast(floor(rate * (today - born)) as bigint) as total,
               cast(floor(rate * (today - born)) - floor(rate * greatest(0, today - born - 30)) as bigint) as recent
        from lives where born <= today and (c < 0.97 or today - born < 400 + 1000 * a))
    select 'org-' || cast(pow(i, 0.8) as bigint) || '/model-' || (i % 977) || '-' || i || (case when c < 0.3 then '-GGUF' else '-7B' end) as id,
           'org-' || cast(pow(i, 0.8) as bigint) as author,
           cast(born as timestamp) as "createdAt", cast(born as timestamp) as "lastModified",
           recent as downloads, total as "downloadsAllTime", cast(floor(total / 900) as bigint) as likes, 0.0 as "trendingScore",
           ['transformers', 'safetensors', 'text-generation', 'conversational', 'license:' || (case when b < 0.5 then 'mit' else 'apache-2.0' end),
            'base_model:org-1/model-1-1-7B', 'base_model:quantized:org-1/model-1-1-7B', 'arxiv:' || (i % 9000), 'region:us',
            md5(cast(i as varchar)), md5(cast(i + 1 as varchar)), 'endpoints_compatible'] as tags,
           '{{"license": "' || (case when b < 0.5 then 'mit' else 'apache-2.0' end) || '", "language": ["en", "zh"], "base_model": "org-1/model-1-1-7B", "widget": "'
               || md5(cast(i as varchar)) || repeat(md5(cast(i * 7 as varchar)) || ' ', {prose}) || '"}}' as "cardData",
           case when c >= 0.3 then {{'parameters': {{'BF16': cast(b * 1e10 as bigint), 'F32': null::bigint, 'I32': null::bigint}}, 'total': cast(b * 1e10 as bigint)}} end as safetensors,
           case when c < 0.3 then '{{"total": ' || cast(b * 1e10 as bigint) || ', "architecture": "llama", "context_length": 4096}}' end as gguf,
           case when c < 0.3 then {{'relation': 'quantized', 'models': [{{'_id': md5(cast(i % 100 as varchar))[:24], 'id': 'org-1/model-1-1-7B'}}]}} end as "baseModels",
           'text-generation' as pipeline_tag, 'transformers' as library_name
    from counted
"""


def write_dump(
    path: Path, repositories: int, day: date, prose: int = 10, replaced: dict[str, str] | None = None
) -> int:
    """Write the dump of a day; `prose` is how many times 33 bytes of card there are, `replaced` columns as other SQL.

    Gives the number of rows. About half of the counters move in a week.
    """
    sql = DUMP.format(
        repositories=repositories, opened=OPENED, span=(date(2026, 12, 31) - OPENED).days, day=day, prose=prose
    )
    if replaced:
        sql = f"select * replace ({', '.join(f'{v} as {k}' for k, v in replaced.items())}) from ({sql})"
    path.parent.mkdir(parents=True, exist_ok=True)
    db = duckdb.connect()
    db.execute(f"copy ({sql}) to '{path}' (format parquet)")
    return db.execute(f"select count(*) from '{path}'").fetchall()[0][0]
