"""Who is meant: families, generations, organizations, regions and repositories named in plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from modelcensus.catalog import Knowledge
from modelcensus.claims.statements.lexicon import words

_REPOSITORY = re.compile(
    r"(?<![\w/.-])(?:(?P<full>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*[A-Za-z0-9])"
    r"|(?P<name>[A-Za-z][\w.]*(?:-[A-Za-z0-9][\w.]*)*-(?:\d+(?:\.\d+)?[BbMm](?:-[A-Za-z0-9][\w.]*)*"
    r"|v\d+(?:\.\d+)?(?:-[\w.]*\w)?|[Ll]\d+-v\d+|(?:Instruct|Chat|Base|Thinking|Coder|GGUF|FP8|AWQ|it)(?:-[\w.]*\w)?)))"
    r"(?![\w/])"
)
PLATFORM = "hugging face"
"""The Hub itself, whose own organization bears the same name."""
_OWNER = re.compile(r"(?:'s|')?\s+(?:own\s+|open\s+|popular\s+|flagship\s+|rival\s+)*$|'s\s+$", re.IGNORECASE)
_COMPARAND = re.compile(
    r"(?:\bthan|\bahead of|\bbehind|\bover|\bversus|\bvs\.?|\bagainst|\bcompared (?:with|to)|\bunlike|\bbeat|\baway from|\bexcept"
    r"|\bexcluding|\bincluding|\bsuch as|\blike|\bamong|\bwithout|\b(?:lead|crown|spot|place|relative|second|lost|next|close) to)\s+(?:the\s+|both\s+|rivals?\s+|those of\s+|that of\s+"
    r"|models? (?:from|by)\s+|only\s+)*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """A name in a text: what it names, and whether it stands there to be compared with (`than Llama`)."""

    start: int
    end: int
    text: str
    dimension: str
    values: tuple[str, ...]
    compared: bool = False
    publisher: str = ""
    """Of a family the namespace that publishes it."""

    @property
    def subject(self) -> tuple[str, tuple[str, ...]]:
        """Dimension and values."""
        return self.dimension, self.values


@dataclass(frozen=True)
class Names:
    """Patterns of the names that the knowledge holds."""

    generations: tuple[tuple[str, re.Pattern[str], str], ...]
    """The letters that each begins with, its pattern, and its name."""
    families: re.Pattern[str]
    shouted_families: re.Pattern[str]
    """As `families`, of a text in capitals alone."""
    family_of: dict[str, str]
    """Name of a family in lower case -> its name."""
    organizations: re.Pattern[str]
    namespace_of: dict[str, tuple[str, ...]]
    regions: re.Pattern[str]
    region_of: dict[str, str]
    repositories: dict[str, str]
    """Name of a repository in lower case -> its id, where the knowledge names it."""
    publishers: dict[str, str]
    """Word of a family in lower case -> the namespace of its organization."""


def names_of(knowledge: Knowledge) -> Names:
    """The names of a knowledge, as patterns."""
    return _names(_Same(knowledge))


class _Same:
    """Knowledge by its digest, so that patterns are made once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def __hash__(self) -> int:
        return hash(self.knowledge.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.knowledge.digest == self.knowledge.digest


@lru_cache(maxsize=4)
def _names(same: _Same) -> Names:
    knowledge, lexicon = same.knowledge, words()
    listed = lexicon.family_words["family"]
    families = {f: f for f in knowledge.families if f in listed or _unmistakable(f)}
    generations = [
        (begun[0], _spaced(g.generation), g.generation)
        for f in knowledge.families.values()
        for g in f.generations
        if re.search(r"\d", g.generation) and (begun := re.match(r"[A-Za-z]{2,}", g.generation))
    ]
    generations.sort(key=lambda each: -len(each[2]))
    namespace_of = {k.lower(): tuple(v) for k, v in lexicon.press.items()}
    for organization in knowledge.organizations.values():
        for name in (organization.name, *organization.aliases):
            if name and len(name) > 3 and " " in name and "(" not in name and name.lower() != PLATFORM:
                namespace_of.setdefault(name.lower(), (organization.namespace,))
    region_of = {w.lower(): r for r, members in lexicon.regions.items() for w in members}
    known = {r.partition("/")[2].lower(): r for r in (*knowledge.releases, *knowledge.sizes) if "/" in r}
    publishers = {
        w: f.organizations[0]
        for f in knowledge.families.values()
        if f.organizations
        for w in (*f.names, f.family.lower())
    }
    return Names(
        tuple(generations),
        _any(families, re.NOFLAG),
        _any(families, re.IGNORECASE),
        {name.lower(): family for name, family in families.items()},
        _any(namespace_of, re.IGNORECASE),
        namespace_of,
        _any(region_of, re.IGNORECASE),
        region_of,
        known,
        publishers,
    )


def _unmistakable(family: str) -> bool:
    """Whether a family's name is no common word: it has a digit, a sign or a capital inside."""
    return bool(re.search(r"\d|[a-z][A-Z]|-", family)) and " " not in family and len(family) > 3


def _any(listed: object, flags: re.RegexFlag) -> re.Pattern[str]:
    chosen = sorted(listed, key=len, reverse=True)  # type: ignore[call-overload]
    return re.compile(r"(?<![\w.-])(?:" + "|".join(re.escape(w) for w in chosen) + r")(?![\w]|-?\d)", flags)


def _spaced(generation: str) -> re.Pattern[str]:
    """The name of a generation with or without spaces between word and number."""
    parts = [re.escape(p) for p in re.findall(r"[A-Za-z]+|\d+(?:\.\d+)*|[^\sA-Za-z\d-]+", generation)]
    return re.compile(r"(?<![\w.-])" + r"[\s-]?".join(parts) + r"(?![\w]|\.\d|-\d)")


def find_names(text: str, names: Names) -> list[Mention]:
    """The names in a sentence, in order; of an owner and what is his (`Meta's Llama`) the latter."""
    found: list[Mention] = []

    def add(start: int, end: int, dimension: str, values: tuple[str, ...]) -> None:
        if not any(m.start < end and start < m.end for m in found):
            compared = bool(_COMPARAND.search(text[:start]))
            publisher = names.publishers.get(values[0].lower(), "") if dimension == "family" else ""
            found.append(Mention(start, end, text[start:end], dimension, values, compared, publisher))

    for match in _REPOSITORY.finditer(text):
        repository = match["full"] or _repository(match["name"], names)
        if repository:
            add(match.start(), match.end(), "repository", (repository,))
    for begun, pattern, generation in names.generations:
        if begun in text:  # there are hundreds, of which a sentence has few
            for match in pattern.finditer(text):
                add(match.start(), match.end(), "generation", (generation,))
    for match in (names.shouted_families if text.upper() == text else names.families).finditer(text):
        add(match.start(), match.end(), "family", (names.family_of[match[0].lower()],))
    for match in names.organizations.finditer(text):
        if match[0][0].isupper() or match[0][0].isdigit() or match[0].lower() == "z.ai":
            add(match.start(), match.end(), "organization", names.namespace_of[match[0].lower()])
    for match in names.regions.finditer(text):
        if match[0][0].isupper() and (match[0].lower() != "us" or match[0] == "US"):
            add(match.start(), match.end(), "region", (names.region_of[match[0].lower()],))
    return _owned(text, sorted(found, key=lambda m: m.start))


def _repository(name: str, names: Names) -> str | None:
    """The id of a model that is named without its namespace: as the knowledge has it, else by the word of its family."""
    if known := names.repositories.get(name.lower()):
        return known
    word = re.match(r"[a-z]+", name.lower())
    publisher = names.publishers.get(word[0]) if word else None
    return f"{publisher}/{name}" if publisher else None


def _owned(text: str, found: list[Mention]) -> list[Mention]:
    kept = []
    for place, mention in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        between = text[mention.end : following.start] if following else ""
        owner = mention.dimension in ("organization", "region") and following is not None
        if (
            owner
            and following
            and following.dimension != mention.dimension
            and _OWNER.fullmatch(between)
            and ("'" in between or "'" in mention.text[-2:])
        ):
            found[place + 1] = Mention(
                following.start, following.end, following.text, following.dimension, following.values,
                following.compared or mention.compared, following.publisher,
            )  # fmt: skip
            continue
        kept.append(found[place])
    return kept
