"""Knowledge as SQL over repository names: one expression per question, evaluated by the engine."""

from collections.abc import Iterable

from modelcensus.catalog.knowledge import Family, Knowledge, Pattern

SHORT_WORD = 3
"""A word of at most this many letters must also end at a non-letter (`phi` is not in `philosophy`)."""


def text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def family_word(knowledge: Knowledge, name: str) -> str:
    """SQL of the leftmost family word in a lower-cased name, or null.

    A word starts at the beginning or after a non-letter; of words that start at the same place the longest wins.
    """
    words = sorted({w for f in knowledge.families.values() for w in f.names}, key=lambda w: (-len(w), w))
    short = [w for w in words if sum(c.isalpha() for c in w) <= SHORT_WORD]
    long = [w for w in words if w not in short]
    groups = []
    for members, end in ((long, ""), (short, "(?:[^a-z]|$)")):
        joined = "|".join(_escape(w) for w in members) or r"[^\s\S]"
        groups.append(f"({joined}){end}")
    pattern = text(f"(?:^|[^a-z])(?:{'|'.join(groups)})")
    found = f"regexp_extract({name}, {pattern}, ['long', 'short'])"
    return f"coalesce(nullif({found}.long, ''), nullif({found}.short, ''))"


def generation_case(families: Iterable[Family], family: str, name: str) -> str:
    """SQL of the generation by the first matching pattern of the family."""
    branches = []
    for f in families:
        if f.generations:
            cases = " ".join(
                f"when regexp_matches({name}, {text('|'.join(g.names))}) then {text(g.generation)}"
                for g in f.generations
            )
            branches.append(f"when {text(f.family)} then case {cases} end")
    return f"case {family} {' '.join(branches)} end" if branches else "null"


def marks(patterns: Iterable[Pattern], name: str, task: str) -> str:
    """SQL of the list of variants (or formats) that a name and a task show."""
    parts = []
    for p in patterns:
        tests = [f"regexp_matches({name}, {text('|'.join(p.names))})"] if p.names else []
        if p.tasks:
            tests.append(f"{task} in ({', '.join(text(t) for t in p.tasks)})")
        parts.append(f"case when {' or '.join(tests)} then {text(p.variant or p.format)} end")
    listed = ", ".join(parts)
    return f"list_filter([{listed}], lambda mark: mark is not null)" if parts else "cast([] as varchar[])"


NAME_MIXTURE = r"(?:^|[^a-z0-9])(\d{1,3})x(\d{1,3}(?:[._]\d{1,2})?)b(?:$|[^a-z0-9])"
NAME_BILLIONS = r"(?:^|[^a-z0-9.])(?:e)?(\d{1,4}(?:[._]\d{1,3})?)b(?:$|[^a-z0-9])"
NAME_MILLIONS = r"(?:^|[^a-z0-9.])(\d{1,4}(?:\.\d{1,2})?)m(?:$|[^a-z0-9])"


def name_size(name: str) -> str:
    """SQL of the total parameters in billions that a name states: `8x7b`, `0.5b`, `1_5b`, `500m`."""

    def number(pattern: str, group: int = 1) -> str:
        return f"try_cast(replace(nullif(regexp_extract({name}, {text(pattern)}, {group}), ''), '_', '.') as double)"

    return (
        f"coalesce({number(NAME_MIXTURE)} * {number(NAME_MIXTURE, 2)}, {number(NAME_BILLIONS)},"
        f" {number(NAME_MILLIONS)} / 1000)"
    )


def _escape(word: str) -> str:
    return "".join(c if c.isalnum() else f"\\{c}" for c in word)
