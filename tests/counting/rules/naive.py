"""The Hub's rules read a second time, one path at a time, straight from their published form.

Shares nothing with the package: a query string is turned into a Python expression token by token, a query object
is walked.
"""

import fnmatch
import re
from functools import cache

TOKEN = re.compile(r'"[^"]*"|[()]|[^\s()":]+:?')


def fields(path):
    name = path.split("/")[-1]
    dot = name.rfind(".")
    return {
        "path": path,
        "path_prefix": path[: len(path) - len(name)],
        "path_filename": name[:dot] if dot > 0 else name,
        "path_extension": name[dot + 1 :] if dot > 0 else "",
    }


@cache
def program(rule):
    """A query string as Python code over `f`."""
    words, tokens = [], TOKEN.findall(rule)
    for token in tokens:
        if token.endswith(":"):
            words.append(("field", token[:-1]))
        elif token in ("AND", "OR"):
            words.append(("code", token.lower()))
        elif token in "()":
            words.append(("code", token))
        else:
            field = words.pop()[1]
            quoted = token.startswith('"')
            value = token.strip('"')
            if field == "_exists_":
                code = f"f[{value!r}] != ''"
            elif quoted or "*" not in value:
                code = f"f[{field!r}] == {value!r}"
            else:
                code = f"like(f[{field!r}], {value!r})"
            words.append(("code", f"({code})"))
    return compile(" ".join(w for _, w in words), "rule", "eval")


def like(text, pattern):
    return fnmatch.fnmatchcase(text, pattern)


def holds(rule, f):
    if isinstance(rule, str):
        return eval(program(rule), {"f": f, "like": like})
    [(kind, asked)] = rule.items()
    if kind == "bool":
        return (
            all(holds(q, f) for q in asked.get("must", []))
            and (not asked.get("should") or any(holds(q, f) for q in asked["should"]))
            and not any(holds(q, f) for q in asked.get("must_not", []))
        )
    [(field, value)] = asked.items()
    if kind == "terms":
        return f[field] in value
    if kind == "term":
        return f[field] == value
    if kind == "wildcard":
        return like(f[field], value)
    return re.fullmatch(value, f[field]) is not None


def counts(table, otherwise, always, path, library):
    """Whether a path of a library counts, by published rules per library."""
    f = fields(path)
    return holds(table.get(library, otherwise), f) or holds(always, f)
