"""The two forms in which the Hub publishes a rule, read into conditions.

A text is a query string (since version 0.10.18 of the table)::

    rule   := term (("AND" term)* | ("OR" term)*)
    term   := field ":" value | "_exists_" ":" '"' field '"' | "(" rule ")"
    value  := '"' characters '"' | pattern          # a pattern is unquoted and may hold * and ?
    field  := "path" | "path_extension" | "path_filename" | "path_prefix"

AND and OR beside each other without parentheses are refused: query strings have no precedence that one could rely
on. An object is a query of Elasticsearch's query language: term, terms, wildcard, regexp, exists, bool.
"""

import re
from collections.abc import Mapping
from typing import Any

from modelcensus.counting.rules.conditions import (
    FIELDS,
    Both,
    Condition,
    Either,
    Equals,
    Exists,
    Field,
    Like,
    Matches,
    Neither,
)
from modelcensus.vocabulary import InputError, nearest

_TOKEN = re.compile(r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<sign>[():])|(?P<word>[^\s():"]+))')
_BOOL = ("must", "filter", "should", "must_not", "minimum_should_match")


def parse_rule(rule: str | Mapping[str, Any], where: str = "rule") -> Condition:
    """A published rule as a condition; an error that says what is wrong and at which character.

    >>> parse_rule('path:"config.json" OR path_extension:"keras"')
    Either(conditions=(Equals(field='path', value='config.json'), Equals(field='path_extension', value='keras')))
    >>> parse_rule({"wildcard": {"path": "*.onnx"}})
    Like(field='path', pattern='*.onnx')
    """
    if isinstance(rule, str):
        return _QueryString(rule, where).whole()
    if isinstance(rule, Mapping):
        return _query(rule, where)
    raise InputError(f"a rule is a text or a mapping, not {type(rule).__name__}", where=where, remedy=_FORMS)


_FORMS = 'write for example path:"config.json" OR path_extension:"gguf" (docs/counting-rules.md)'


class _QueryString:
    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        self.tokens = list(self._tokens())
        self.at = 0

    def whole(self) -> Condition:
        condition = self._rule()
        if self.at < len(self.tokens):
            raise self._error(f"{self.tokens[self.at][1]!r} is not expected")
        return condition

    def _tokens(self):
        position = 0
        while self.text[position:].strip():
            found = _TOKEN.match(self.text, position)
            if found is None:
                raise InputError(
                    f"character {position + 1}: a quotation mark that is not closed",
                    where=self.where,
                    remedy=_FORMS,
                )
            kind = str(found.lastgroup)
            yield kind, found.group(kind), found.start(kind)
            position = found.end()

    def _rule(self) -> Condition:
        terms = [self._term()]
        joined = ""
        while self.at < len(self.tokens) and self.tokens[self.at][1] != ")":
            word = self.tokens[self.at][1]
            if word not in ("AND", "OR"):
                raise self._error(f"AND or OR is expected, not {word!r}")
            if joined and word != joined:
                raise self._error("AND and OR beside each other; which binds more is not defined: use parentheses")
            joined = word
            self.at += 1
            terms.append(self._term())
        if not joined:
            return terms[0]
        return Both(tuple(terms)) if joined == "AND" else Either(tuple(terms))

    def _term(self) -> Condition:
        kind, word = self._next("a field")
        if word == "(" and kind == "sign":
            inner = self._rule()
            self._next("the closing parenthesis", ")")
            return inner
        if word in ("NOT", "AND", "OR"):
            raise self._error(f"{word} is not expected here", back=1)
        field = word if word == "_exists_" else _field(word, f"{self.where}, character {self._position(1)}")
        self._next("a colon", ":")
        kind, value = self._next("a value")
        if kind == "sign":
            raise self._error(f"a value is expected, not {value!r}", back=1)
        if kind == "quoted":
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        if field == "_exists_":
            return Exists(_field(value, f"{self.where}, character {self._position(1)}"))
        if kind == "quoted":
            return Equals(field, value)
        return Like(field, value) if re.search(r"[*?]", value) else Equals(field, value)

    def _next(self, expected: str, sign: str = "") -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise InputError(f"{expected} is expected after the end", where=self.where, remedy=_FORMS)
        kind, word, _ = self.tokens[self.at]
        if expected == "a colon":
            sign = ":"
        if sign and word != sign:
            raise self._error(f"{expected} is expected, not {word!r}")
        self.at += 1
        return kind, word

    def _position(self, back: int = 0) -> int:
        return self.tokens[self.at - back][2] + 1

    def _error(self, what: str, back: int = 0) -> InputError:
        return InputError(f"character {self._position(back)}: {what}", where=self.where, remedy=_FORMS)


def _query(query: Mapping[str, Any], where: str) -> Condition:
    if len(query) != 1:
        raise InputError(f"one kind of query is expected, not {sorted(query)}", where=where, remedy=_FORMS)
    [(kind, asked)] = query.items()
    if kind == "bool":
        return _bool(asked, where)
    if kind == "exists":
        return Exists(_field(str(asked["field"]), where))
    if kind not in ("term", "terms", "wildcard", "regexp") or len(asked) != 1:
        raise InputError(
            f"{kind!r} is not a query that rules use", where=where, remedy=nearest(kind, ["term", "terms", "bool"])
        )
    [(named, value)] = asked.items()
    field = _field(str(named), where)
    if kind == "terms":
        return Either(tuple(Equals(field, str(v)) for v in value))
    return {"term": Equals, "wildcard": Like, "regexp": Matches}[kind](field, str(value))


def _bool(asked: Mapping[str, Any], where: str) -> Condition:
    unknown = sorted(set(asked) - set(_BOOL))
    if unknown:
        raise InputError(
            f"{unknown[0]!r} is not a part of bool", where=where, remedy=nearest(unknown[0], list(_BOOL))
        )
    parts = {k: tuple(_query(q, where) for q in asked.get(k, ())) for k in _BOOL[:-1]}
    if int(asked.get("minimum_should_match", 1)) != 1:
        raise InputError("only one of should can be asked for", where=where, remedy=_FORMS)
    conditions: tuple[Condition, ...] = (*parts["must"], *parts["filter"])
    if parts["should"]:
        conditions = (*conditions, Either(parts["should"]))
    if parts["must_not"]:
        conditions = (*conditions, Neither(parts["must_not"]))
    return conditions[0] if len(conditions) == 1 else Both(conditions)


def _field(name: str, where: str) -> Field:
    if name not in FIELDS:
        raise InputError(f"{name!r} is not a field", where=where, remedy=nearest(name, list(FIELDS)))
    return name
