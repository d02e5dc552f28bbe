"""Knowledge as SQL over repository names: one expression per question, evaluated by the engine."""

from collections.abc import Container, Iterable
from typing import TypeVar

from modelcensus.catalog.entries import Pattern, Sign
from modelcensus.catalog.knowledge import Knowledge

T = TypeVar("T")

SHORT_WORD = 3
"""A word of at most this many letters must also end at a non-letter (`phi` is not in `philosophy`)."""

NEVER = r"[^\s\S]"

LONGEST_NAME = 300
"""Letters of a name that rules look at; the Hub allows 96."""


UNKNOWN = "cast(null as varchar)"
"""SQL of a text that nothing tells: a bare null would have no type."""


def text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def family_match(knowledge: Knowledge, name: str) -> str:
    """SQL of the leftmost family word in a lower-cased name, a short one with the character after it, or ''.

    A word starts at the beginning or after a non-letter; of words that start at the same place the longest wins.
    """
    words = sorted({w for f in knowledge.families.values() for w in f.names}, key=lambda w: (-len(w), w))
    short = [w for w in words if sum(c.isalpha() for c in w) <= SHORT_WORD]
    long = [w for w in words if w not in short]
    groups = [
        f"(?:{'|'.join(_escape(w) for w in members) or NEVER}){end}"
        for members, end in ((long, ""), (short, "(?:[^a-z]|$)"))
    ]
    pattern = f"(?:^|[^a-z])(?:{'|'.join(groups)})"
    return f"regexp_replace(regexp_extract({name}, {text(pattern)}), '^[^a-z]', '')"


def generation_case(knowledge: Knowledge, present: Container[str], place: str, name: str) -> str:
    """SQL of the generation by the first matching pattern of the family with that number, for the families that are
    present: reading the patterns of all takes longer than matching them against a small ledger."""
    told = {
        f.family: _first_of([(g.names, text(g.generation)) for g in f.generations], name)
        for f in knowledge.families.values()
        if f.generations and f.family in present
    }
    return _by_family(knowledge, place, told)


STEP = 16
"""Families that a name's family is compared with one by one."""

AT_ONCE = 6
"""Choices that are first tried together, in one pattern: most names match none of them."""


def _first_of(choices: list[tuple[tuple[str, ...], str]], name: str) -> str:
    """SQL of the value of the first choice one of whose patterns matches, or null."""
    if len(choices) <= AT_ONCE:
        cases = " ".join(f"when {_matches(names, name)} then {value}" for names, value in choices)
        return f"case {cases} end"
    branches = []
    for some in _parts(choices):
        together = tuple(n for names, _ in some for n in names)
        branches.append(f"when {_matches(together, name)} then {_first_of(some, name)}")
    return f"case {' '.join(branches)} end"


def _matches(names: tuple[str, ...], name: str) -> str:
    return f"regexp_matches({name}, {text('|'.join(names))})"


def _parts(listed: list[T]) -> list[list[T]]:
    return [listed[i : i + AT_ONCE] for i in range(0, len(listed), AT_ONCE)]


def owner_case(knowledge: Knowledge, present: Container[str], place: str, key_: str) -> str:
    """SQL of the first-party namespace with which a key begins (`google-gemma-3-27b-it`), lower-cased, or null."""
    told = {}
    for f in knowledge.families.values():
        owners = sorted({o.lower() for o in f.organizations}, key=lambda o: (-len(o), o))
        starts = {o: "".join(c if c.isalnum() else "-" for c in o) + "-" for o in owners}
        cases = " ".join(f"when starts_with({key_}, {text(starts[o])}) then {text(o)}" for o in owners)
        if cases and f.family in present:
            told[f.family] = f"case {cases} end"
    return _by_family(knowledge, place, told)


def family_places(knowledge: Knowledge) -> dict[str, int]:
    """Family -> its number: those with many generations, which have most of the repositories, come first."""
    ordered = sorted(knowledge.families.values(), key=lambda f: (-len(f.generations), f.family))
    return {f.family: i for i, f in enumerate(ordered)}


def _by_family(knowledge: Knowledge, place: str, told: dict[str, str]) -> str:
    """SQL that goes by a family's number: in steps of a few, so that no row is compared with all families."""
    places = family_places(knowledge)
    steps: dict[int, list[str]] = {}
    for family, sql in sorted(told.items(), key=lambda t: places[t[0]]):
        steps.setdefault(places[family] // STEP, []).append(f"when {places[family]} then {sql}")
    branches = [
        f"when {place} < {(i + 1) * STEP} then case {place} {' '.join(cases)} end"
        for i, cases in sorted(steps.items())
    ]
    return f"case {' '.join(branches)} end" if branches else UNKNOWN


def marks(patterns: Iterable[Pattern], name: str, task: str) -> str:
    """SQL of the list of variants (or formats) that a name and a task show."""
    none = "cast([] as varchar[])"

    def listed(some: tuple[Pattern, ...]) -> str:
        if len(some) > AT_ONCE:
            within = f"list_concat({', '.join(listed(tuple(part)) for part in _parts(list(some)))})"
        else:
            parts = [f"case when {_shows(p, name, task)} then {text(p.variant or p.format)} end" for p in some]
            within = f"list_filter([{', '.join(parts)}], lambda mark: mark is not null)"
        return f"case when {_shows_any(some, name, task)} then {within} else {none} end"

    given = tuple(patterns)
    return listed(given) if given else none


def first_mark(patterns: Iterable[Pattern], name: str, task: str, otherwise: str) -> str:
    """SQL of the first of the variants (or formats) that a name and a task show."""
    patterns = tuple(patterns)
    branches = [f"when {_shows(p, name, task)} then {text(p.variant or p.format)}" for p in patterns]
    branches = [f"when not {_shows_any(patterns, name, task)} then {text(otherwise)}", *branches]
    return f"case {' '.join(branches)} else {text(otherwise)} end" if patterns else text(otherwise)


def _shows_any(patterns: tuple[Pattern, ...], name: str, task: str) -> str:
    """SQL of whether any of the patterns shows: one test for the many names that show none.

    Patterns that repeat (`*`, `+`) are tested apart: together with the others they would take RE2 too many states.
    """
    names = [n for p in patterns for n in p.names]
    repeated = tuple(n for n in names if "*" in n or "+" in n)
    plain = tuple(n for n in names if n not in repeated)
    tasks = tuple(dict.fromkeys(t for p in patterns for t in p.tasks))
    return (
        f"({_shows(Pattern(names=plain, tasks=tasks), name, task)} or {_shows(Pattern(names=repeated), name, task)})"
    )


def _shows(pattern: Pattern, name: str, task: str) -> str:
    tests = [f"regexp_matches({name}, {text('|'.join(pattern.names))})"] if pattern.names else []
    if pattern.tasks:
        tests.append(f"{task} in ({', '.join(text(t) for t in pattern.tasks)})")
    return f"({' or '.join(tests) or 'false'})"


def distilled_into(name: str) -> str:
    """SQL of what follows `distill-` in a name that states its size only there.

    `DeepSeek-R1-Distill-Qwen-7B` has a Qwen base, `Qwen3-4B-Distill-DeepSeek-R1` has a teacher.
    """
    into = f"regexp_extract({name}, 'distill(?:ed)?[-_](?:(?:into|on)[-_])?([a-z].*)', 1)"
    return rf"case when not regexp_matches({name}, '\d[bm][^a-z0-9].*distill') then {into} else '' end"


def key(name: str) -> str:
    """SQL of a lower-cased name as words joined by hyphens: `qwen2.5_7b` and `qwen2-5-7b` are one key."""
    usual = f"regexp_full_match({name}, '[a-z0-9]+(?:[-._][a-z0-9]+)*')"
    other = rf"trim(regexp_replace({name}, '[^\pL\pN]+', '-', 'g'), '-')"
    return f"case when {usual} then translate({name}, '._', '--') else {other} end"


def relation_sign(signs: Iterable[Sign], key_: str) -> str:
    """SQL of the first relation whose words a key holds, or null."""
    branches = [f"when {has_sign(s, key_)} then {text(s.relation)}" for s in signs]
    return f"case {' '.join(branches)} end" if branches else UNKNOWN


def has_sign(sign: Sign | None, key_: str) -> str:
    """SQL of whether a key holds a word of a sign."""
    return "false" if sign is None else f"regexp_matches('-' || {key_} || '-', {_whole(sign.words)})"


def without(sign: Sign | None, key_: str) -> str:
    """SQL of a key without the words of a sign: what `qwen3-8b-gguf` is a conversion of."""
    if sign is None:
        return key_
    doubled = f"'-' || replace({key_}, '-', '--') || '-'"
    words = tuple(w.replace("-?", "(?:--)?").replace("(?:-", "(?:--") for w in sign.words)
    bare = f"regexp_replace({doubled}, {_whole(words)}, '', 'g')"
    return f"trim(replace({bare}, '--', '-'), '-')"


def trailing(sign: Sign | None, key_: str) -> str:
    """SQL of the words of a sign at the end of a key, each with its hyphen: `-awq-4bit`."""
    if sign is None:
        return "''"
    run = f"((?:-(?:{'|'.join(sign.words)}))+)$"
    return f"regexp_extract({key_}, {text(run)}, 1)"


NAME_NUMBER = r"\d[bm](?:$|[^a-z0-9])"
NAME_MIXTURE = r"(?:^|[^a-z0-9])(\d{1,3}x\d{1,3}(?:[._]\d{1,2})?)b(?:$|[^a-z0-9])"
NAME_BILLIONS = r"(?:^|[^a-z0-9.])(?:e)?(\d{1,4}(?:[._]\d{1,3})?)b(?:$|[^a-z0-9])"
NAME_MILLIONS = r"(?:^|[^a-z0-9.])(\d{1,4}(?:\.\d{1,2})?)m(?:$|[^a-z0-9])"
NAME_ACTIVE = r"(?:^|[^a-z0-9.])a(\d{1,3}(?:[._]\d{1,3})?)b(?:$|[^a-z0-9])"


def name_size(name: str) -> str:
    """SQL of the total parameters in billions that a name states: `8x7b`, `0.5b`, `1_5b`, `500m`.

    A number of `t` is left alone: it is as often one of training tokens.
    """
    experts = f"string_split(replace(regexp_extract({name}, {text(NAME_MIXTURE)}, 1), '_', '.'), 'x')"
    mixture = f"list_product(list_transform({experts}, lambda n: try_cast(n as double)))"
    return (
        f"case when regexp_matches({name}, {text(NAME_NUMBER)}) then coalesce("
        f"case when regexp_matches({name}, {text(NAME_MIXTURE)}) then {mixture} end,"
        f" {_number(name, NAME_BILLIONS)}, {_number(name, NAME_MILLIONS)} / 1000) end"
    )


def name_active(name: str) -> str:
    """SQL of the active parameters in billions that a name states: `30b-a3b`."""
    return _number(name, NAME_ACTIVE)


def _number(name: str, pattern: str) -> str:
    return f"try_cast(replace(nullif(regexp_extract({name}, {text(pattern)}, 1), ''), '_', '.') as double)"


def _whole(words: Iterable[str]) -> str:
    return text(f"-(?:{'|'.join(words)})-")


def _escape(word: str) -> str:
    return "".join(c if c.isalnum() else f"\\{c}" for c in word)
