"""What is read of a line, as SQL over its fields: numbers, and the texts that are understood once."""

from modelcensus.counting.formats import LogFormat

PARTS = ("whole", "probe", "start", "continuation", "part")
_WHOLE, _PROBE, _START, _CONTINUATION, _PART = range(len(PARTS))
MARKS = ("", "bot", "ci", "mirror")
SHAPED = """
    select line, moment, try_cast(second as smallint) as second, address, status, bytes, counter, {part} as part,
           coalesce(ok and status between 100 and 599 and second between 0 and 60 and asked <> '', false) as taken,
           case when contains(asked, '?') then split_part(asked, '?', 1) else asked end as asked,
           case when cut > 0 then substr(agent, 1, cut + 10) || substr(agent, cut + 43) else agent end as agent,
           case when cut > 0 then substr(agent, cut + 11, 32) else session end as session
    from (select *, {cut} as cut from ({sql}))
"""
"""What is read of lines; a session that an agent states (32 hexadecimal digits) is taken out of it."""


def shaped_sql(form: LogFormat, sql: str) -> str:
    """SHAPED over the fields of a format."""
    only = f" where contains(text, {text_sql(form.only)})" if form.only else ""
    cut = "instr(agent, 'session_id/')" if "agent" in form.has else "0"
    return SHAPED.format(part=_part_sql(form), cut=cut, sql=sql + only)


def of_lines(sql: str, table: str) -> str:
    """The same of another table of lines."""
    return sql.replace(" from lines)", f" from {table})")


def text_sql(value: str) -> str:
    """A text as a literal."""
    return "'" + value.replace("'", "''") + "'"


def _part_sql(form: LogFormat) -> str:
    """Which part of a file was asked for, as a place in PARTS."""
    unknown = f"case when status = 206 then {_PART} else {_WHOLE} end"
    if not {"range", "range_start"} & form.has:
        return f"cast({unknown} as tinyint)"
    return f"""cast(case when range is null or range in ('', '-') then {unknown} when range = 'bytes=0-0' then {_PROBE}
        when regexp_matches(range, '^bytes=0-') then {_START} else {_CONTINUATION} end as tinyint)"""
