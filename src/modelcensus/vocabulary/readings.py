"""Readings: one choice for every definitional degree of freedom of a request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache

from modelcensus.vocabulary.errors import RequestError, nearest
from modelcensus.vocabulary.periods import Period


@dataclass(frozen=True)
class Reading:
    """One choice for every definitional degree of freedom; empty means the measure's default.

    Of every measure: channel (`hub`, `reported:NAME`, ...); counter (`rolling_30d` or `all_time` asks for the counter
    itself); repair (`conservative` or `none`); spikes (`keep`, `cap` at the repository's usual rate, or `drop`: the
    repository is left out of the periods that its spike touches); panel (`moving` or `fixed`); origin: where a cumulative
    sum starts (`first`, `first_exact`, or a month); peers: what stands under the line (a list of organizations, a named
    list, or `ranks:2..9`). The others belong to single measures, which name them (docs/measures.md).
    """

    channel: str = ""
    counter: str = ""
    repair: str = "conservative"
    spikes: str = "keep"
    panel: str = "moving"
    origin: str = "first"
    peers: str = ""
    against: str = ""
    index: str = ""
    top: str = ""
    relations: str = ""
    tree: str = ""
    minimum: str = ""
    first_party: str = ""
    baseline: str = ""
    cohort: str = ""
    frozen: str = ""
    level: str = ""
    score: str = ""
    base: str = ""

    ALLOWED = {  # noqa: RUF012
        "counter": ("", "rolling_30d", "all_time"),
        "repair": ("conservative", "none"),
        "spikes": ("keep", "cap", "drop"),
        "panel": ("moving", "fixed"),
        "against": ("previous", "year", "first"),
        "index": ("hhi", "effective", "gini", "entropy", "top"),
        "tree": ("whole", "direct"),
        "first_party": ("apart", "with"),
        "baseline": ("median10", "tenth"),
    }
    NUMBERS = ("top", "minimum", "level")
    COMMON = ("channel", "counter", "repair", "spikes", "panel", "origin", "peers")

    @classmethod
    def parse(cls, choices: Iterable[str] | Mapping[str, str]) -> "Reading":
        """From `name=value` texts or a mapping.

        >>> Reading.parse(["counter=all_time", "repair=none"]).counter
        'all_time'
        """
        pairs = choices.items() if isinstance(choices, Mapping) else [pair(c, "reading") for c in choices]
        names, chosen = _names(), dict[str, str]()
        for name, value in pairs:
            if name not in names:
                raise RequestError("unknown reading", where=f"reading {name!r}", remedy=nearest(name, list(names)))
            allowed = cls.ALLOWED.get(name)
            if allowed and value and value not in allowed:
                raise RequestError(
                    f"unknown choice {value!r}",
                    where=f"reading {name}",
                    remedy=nearest(value, [a for a in allowed if a]),
                )
            if name in cls.NUMBERS and value and not value.replace("_", "").isdigit():
                raise RequestError(
                    f"{value!r} is no whole number", where=f"reading {name}", remedy="write for example 5"
                )
            if name == "origin" and value not in ("", "first", "first_exact"):
                _month(value)
            chosen[name] = value
        return cls(**chosen)

    def number(self, name: str, default: int) -> int:
        """A choice that is a number."""
        return int(getattr(self, name) or default)

    @property
    def special(self) -> dict[str, str]:
        """The choices made that belong to single measures."""
        own = vars(self)
        return {n: v for n in _special() if (v := own[n])}

    def as_dict(self) -> dict[str, str]:
        """Plain values: what every measure has, and of the others those that were chosen.

        >>> Reading.parse(["index=gini"]).as_dict()["index"], "top" in Reading().as_dict()
        ('gini', False)
        """
        return {**{n: getattr(self, n) for n in self.COMMON}, **self.special}


@cache
def _names() -> tuple[str, ...]:
    """The names of all choices."""
    return tuple(f.name for f in fields(Reading))


@cache
def _special() -> tuple[str, ...]:
    """The names of the choices that belong to single measures."""
    return tuple(n for n in _names() if n not in Reading.COMMON)


def _month(value: str) -> None:
    try:
        Period.parse(value)
    except RequestError as error:
        raise RequestError(
            f"unknown origin {value!r}", where="reading origin", remedy="use first, first_exact, or a month: 2025-03"
        ) from error


def pair(text: str, option: str) -> tuple[str, str]:
    """The two sides of `NAME=VALUE`."""
    name, separator, value = text.partition("=")
    if not separator or not name or not value:
        raise RequestError(f"{text!r} is not NAME=VALUE", where=option, remedy="write for example organization=ORG")
    return name.strip(), value.strip()
