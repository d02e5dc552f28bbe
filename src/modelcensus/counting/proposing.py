"""Which format a file has: the one that takes most of its first lines."""

import duckdb
import pyarrow as pa

from modelcensus.counting.fields import quick_sql, strict_sqls
from modelcensus.counting.formats import LogFormat, formats, header_columns
from modelcensus.counting.lines import LogFile
from modelcensus.vocabulary import InputError

ENOUGH = 0.5
"""Share of the lines that a format must take."""


def propose(file: LogFile) -> tuple[LogFormat, str]:
    """The format, and in words what it was taken from; an error where none takes enough lines."""
    lines = file.first_lines()
    if not lines:
        raise InputError("no lines", where=str(file.path), remedy="the file is empty: leave it out")
    db = duckdb.connect(config={"threads": 1})
    shares = {f.name: share_taken(f, lines, db) for f in formats().values()}
    # of formats that take as many the one that says more of a line
    best = max(formats().values(), key=lambda f: (shares[f.name], len(f.has)))
    if shares[best.name] < ENOUGH:
        raise InputError(
            f"no known format takes half of its first {len(lines)} lines",
            where=str(file.path),
            remedy=f"name one with --format ({', '.join(formats())}), or write one: docs/counting.md",
        )
    return (
        best,
        f"{file.path.name}: format {best.name}, which takes {shares[best.name]:.0%} of its first {len(lines)} lines",
    )


def share_taken(form: LogFormat, lines: list[str], db: duckdb.DuckDBPyConnection | None = None) -> float:
    """The share of lines that a format takes, of those that are not comments or passed over by it."""
    db = db or duckdb.connect()
    columns = header_columns(form, lines) if form.header else form.columns
    own = [
        line
        for i, line in enumerate(lines)
        if not (form.comment and line.startswith(form.comment))
        and not (form.header == "first line" and i == 0 and form.fields["status"][0] + form.delimiter in line)
        and (not form.only or form.only in line)
    ]
    if not own:
        return 0.0
    db.register("lines", pa.table({"line": list(range(len(own))), "text": [f"{line}\n" for line in own]}))
    taken: set[int] = set()
    for sql in (quick_sql(form, columns), *strict_sqls(form, columns)):
        if len(taken) == len(own):
            break
        found = db.execute(
            f"""select line from ({sql}) where ok and status between 100 and 599 and moment is not null
                and second between 0 and 60 and asked <> ''"""
        )
        taken |= {line for (line,) in found.fetchall()}
    return len(taken) / len(own)
