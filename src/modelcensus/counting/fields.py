"""From lines to fields, as SQL over a table of lines: a quick way for what is as expected, a strict one for the rest.

The quick way splits at delimiters, and takes a line only if it has just as many as the format says. What it leaves is
matched by regular expressions, which know escaped quotes. Both give the columns of FIELDS below; a line that neither
takes is set aside.
"""

import re
from collections.abc import Sequence

from modelcensus.counting.formats import LogFormat

PARSED = ("moment", "second", "address", "asked", "status", "bytes", "agent", "range", "counter", "session")
"""What is read of a line. `moment`: a text that says the minute (see moments.py), `second` the second in it; `asked`: the
request as METHOD TARGET, or what the log has of it; `bytes`: of the answer; the others as the log has them, or null."""

CLF = r"\d{2}/\w{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}"
ISO = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}[^ \"]*"
PATTERNS = {"status": r"\d{3}", "bytes": r"-|\d+", "user": r".*?", "rest": r".*", "port": r"\d+", "reason": r".*"}
NULL_TYPE = "varchar"
TRIMMED = "rtrim(text, chr(10) || chr(13))"


def quick_sql(form: LogFormat, columns: Sequence[str]) -> str:
    """SQL over `lines`: line, text, ok, and the columns of PARSED."""
    if form.kind == "json":
        return _json(form)
    if form.kind == "separated":
        return _separated(form, columns)
    return _split(form) or _matched(form, form.template[0])


def strict_sqls(form: LogFormat, columns: Sequence[str]) -> list[str]:
    """SQL over `lines`, of those that the quick way does not take, one after the other."""
    if form.kind == "template":
        return [_matched(form, t) for t in form.template]
    return [_quoted(form, columns)] if form.kind == "separated" and form.quote else []


def _select(form: LogFormat, source: str, ok: str, found: dict[str, str]) -> str:
    """The columns of PARSED from the expressions of the fields that a format has."""
    moment, second = (found["moment"], found["second"]) if "moment" in found else _time(form.time, found["time"])
    if "request" in found and "target" in found:
        asked = f"coalesce({found['request']}, {found['method']} || ' ' || {found['target']} || ' ')"
    elif "request" in found:
        asked = found["request"]
    elif "target" in found:
        asked = f"{found['method']} || ' ' || {found['target']} || ' '"
    else:
        kind = found.get("repository_kind", "'model'")
        asked = f"{found['method']} || ' repository:' || {kind} || ':' || {found['repository']}"
    if form.strip and "bucket" in found:
        asked = f"regexp_replace(replace({asked}, ' /' || {found['bucket']} || '/', ' /'), '^(\\w+) /?', '\\1 /')"
    ranged = found.get("range")
    if "range_start" in found:
        ranged = (
            f"case when {found['range_start']} not in ('', '-') then 'bytes=' || {found['range_start']} || '-' end"
        )
    columns = {
        "moment": moment,
        "second": f"try_cast({second} as smallint)",
        "address": found.get("address"),
        "asked": asked,
        "status": f"try_cast({found['status']} as smallint)",
        "bytes": f"try_cast({found['bytes']} as bigint)" if "bytes" in found else None,
        "agent": found.get("agent"),
        "range": ranged,
        "counter": f"{found['counter']} = '1'" if "counter" in found else None,
        "session": found.get("session"),
    }
    types = {"bytes": "bigint", "counter": "boolean"}
    listed = ", ".join(f"{e or f'cast(null as {types.get(n, NULL_TYPE)})'} as {n}" for n, e in columns.items())
    return f"select line, text, coalesce({ok}, false) as ok, {listed} from {source}"


def _time(kind: str, text: str) -> tuple[str, str]:
    """The minute as a text to be read once for all lines that share it, and the second."""
    iso_zone = f"case when {text}[-1:] = 'Z' then 'Z' when {text}[-6:-6] in ('+', '-') then {text}[-6:] else '' end"
    number = f"try_cast({text} as double)"
    if kind == "clf":
        return f"substr({text}, 1, 17) || substr({text}, 22)", f"substr({text}, 19, 2)"
    if kind == "iso":
        return f"substr({text}, 1, 16) || {iso_zone}", f"substr({text}, 18, 2)"
    if kind == "local":
        return f"substr({text}, 1, 16)", f"substr({text}, 18, 2)"
    scale = (
        f"case when {number} > 1e17 then 1e9 when {number} > 1e14 then 1e6 when {number} > 1e11 then 1e3 else 1 end"
    )
    seconds = f"try_cast(floor({number} / {scale}) as bigint)"
    moment, second = f"'#' || ({seconds} // 60)", f"{seconds} % 60"
    if kind == "epoch":
        return moment, second
    iso_moment, iso_second = _time("iso", text)
    return (
        f"case when {number} is not null then {moment} else {iso_moment} end",
        f"case when {number} is not null then cast({second} as varchar) else {iso_second} end",
    )


def _split(form: LogFormat) -> str:
    """A template as splits at quotes, and at blanks between them; empty where fields stand closer together."""
    parts = form.template[0].split('"')
    found: dict[str, str] = {}
    tests = [f"len(p) {'>=' if '{rest}' in parts[-1] else '='} {len(parts)}"]
    lists: list[str] = []
    for i, part in enumerate(parts):
        if i % 2:
            found[part.strip("{}")] = f"p[{i + 1}]"
            continue
        if part in ("{rest}", " ", ""):
            tests += [f"p[{i + 1}] = {_text(part)}"] if part == " " else []
            continue
        tokens, place, name = part.split(" "), 0, f"l{i}"
        for token in tokens:
            match = re.fullmatch(r"([^{}]*)\{(\w+)\}([^{}]*)", token)
            place += 1
            if not match:
                if "{" in token:
                    return ""
                tests.append(f"{name}[{place}] = {_text(token)}")
                continue
            before, field, after = match.groups()
            value = f"{name}[{place}]"
            tests += [f"starts_with({value}, {_text(before)})"] if before else []
            if field == "time" and form.time == "clf":  # the zone stands apart, with what closes the bracket
                place += 1
                found["moment"] = f"substr({value}, {len(before) + 1}, 17) || {name}[{place}]"
                found["second"] = f"substr({value}, {len(before) + 19}, 2)"
                tests += [f"ends_with({name}[{place}], {_text(after)})"] if after else []
                continue
            if before:
                value = f"substr({value}, {len(before) + 1})"
            if after:
                tests.append(f"ends_with({name}[{place}], {_text(after)})")
                value = f"left({value}, -{len(after)})"
            found[field] = value
        tests.append(f"len({name}) = {place}")
        trimmed = "rtrim(p[{0}], chr(10) || chr(13))" if i == len(parts) - 1 else "p[{0}]"
        lists.append(f"string_split({trimmed.format(i + 1)}, ' ') as {name}")
    source = "(select line, text, string_split(text, '\"') as p from lines)"
    if lists:
        source = f"(select *, {', '.join(lists)} from {source})"
    return _select(form, source, " and ".join(tests), found)


def _matched(form: LogFormat, template: str) -> str:
    """A template as one regular expression."""
    pattern, names, quoted = "", [], False
    value = r'(?:[^"\\]|\\.)*' if form.escapes == "backslash" else r'[^"]*'
    for literal, name in re.findall(r"([^{]*)(?:\{(\w+)\})?", template):
        quoted ^= literal.count('"') % 2 == 1
        pattern += re.escape(literal).replace('\\"', '"').replace("\\ ", " ")
        if name:
            own = CLF if form.time == "clf" else ISO
            inner = own if name == "time" else value if quoted else PATTERNS.get(name, r'[^\s"]+')
            pattern += f"({inner})"
            names.append(name if names.count(name) == 0 else f"{name}{len(names)}")
    listed = ", ".join(_text(n) for n in names)
    source = (
        f"(select line, text, regexp_extract({TRIMMED}, {_text(f'^{pattern}$')}, [{listed}], 's') as g from lines)"
    )
    return _select(form, source, "g['status'] <> ''", {n: f"g[{_text(n)}]" for n in names})


def _separated(form: LogFormat, columns: Sequence[str]) -> str:
    delimiter = _text(form.delimiter) if form.delimiter != "\t" else "chr(9)"
    count = f"len(p) {'>=' if form.more or form.last else '='} {len(columns)}"
    unquoted = f" and not contains(text, {_text(form.quote)})" if form.quote else ""
    source = f"(select line, text, string_split({TRIMMED}, {delimiter}) as p from lines)"
    return _select(form, source, count + unquoted, _by_column(form, columns, "p[{0}]", delimiter))


def _quoted(form: LogFormat, columns: Sequence[str]) -> str:
    """Fields of which some stand in quotes, a doubled quote being one."""
    one = rf'("(?:[^"]|"")*"|[^{re.escape(form.delimiter)}"]*)'
    pattern = "^" + re.escape(form.delimiter).join([one] * len(columns)) + "$"
    names = ", ".join(f"'f{i + 1}'" for i in range(len(columns)))
    source = f"(select line, text, regexp_extract({TRIMMED}, {_text(pattern)}, [{names}], 's') as g from lines)"
    cell = "case when g['f{0}'][1:1] = '\"' then replace(g['f{0}'][2:-2], '\"\"', '\"') else g['f{0}'] end"
    found = _by_column(form, columns, cell, _text(form.delimiter))
    return _select(form, source, f"{found['status']} <> ''", found)


def _by_column(form: LogFormat, columns: Sequence[str], cell: str, delimiter: str) -> dict[str, str]:
    found: dict[str, str] = {}
    named = form.fields or {c: (c,) for c in columns}
    for field, names in named.items():
        cells = [
            "(" + cell.format(columns.index(name) + 1) + ")"
            for name in (names[0].split() if len(names) == 1 and names[0] not in columns else names)
            if name in columns
        ]
        if cells:
            found[field] = " || ' ' || ".join(cells)
    if form.last and columns[-1] in found:
        found[columns[-1]] = f"array_to_string(p[{len(columns)}:], {delimiter})"
    return found


def _json(form: LogFormat) -> str:
    paths: list[str] = []
    found: dict[str, str] = {}
    for field, names in form.fields.items():
        places = []
        for name in names:
            steps = [name] if name.startswith("@") else name.split(".")
            paths.append("$" + "".join(f"[{s}]" if s.isdigit() else f'."{s}"' for s in steps))
            places.append(f"nullif(j[{len(paths)}], '')")
        found[field] = f"coalesce({', '.join(places)})" if len(places) > 1 else places[0]
    listed = ", ".join(_text(p) for p in paths)
    source = f"(select line, text, try(json_extract_string(text, [{listed}])) as j from lines)"
    return _select(form, source, f"{found['status']} is not null", found)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
