"""Verdicts (docs/method.md, section 4): what bounds say of a comparison, what readings say together, what decides."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from modelcensus.claims.entries import Comparison, Verdict
from modelcensus.claims.numbers import Written
from modelcensus.vocabulary import Period

HOLDS, FAILS, UNDETERMINED, UNTESTABLE = "holds", "fails", "undetermined", "untestable"


def month_number(text: str) -> int:
    """Months since year 0, so that dates of crossovers can be compared; the month in which a day or period begins.

    >>> month_number("2025-07") - month_number("2025-04")
    3
    """
    start = Period.parse(text).start
    return 12 * start.year + start.month - 1


def month_text(number: float) -> str:
    """The month of a number.

    >>> month_text(month_number("2025-07"))
    '2025-07'
    """
    year, month = divmod(int(number), 12)
    return f"{year}-{month + 1:02d}"


def allowed(compare: Comparison) -> tuple[float, float, bool, bool]:
    """The numbers of which the comparison is true: from, to, and whether each end is one of them.

    >>> allowed(Comparison.model_validate({"above": 0.5}))
    (0.5, inf, False, True)
    """
    if compare.above is not None:
        return compare.above.value, math.inf, False, True
    if compare.at_least is not None:
        return compare.at_least.value, math.inf, True, True
    if compare.below is not None:
        return -math.inf, compare.below.value, True, False
    if compare.at_most is not None:
        return -math.inf, compare.at_most.value, True, True
    if compare.between is not None:
        return compare.between[0].value, compare.between[1].value, True, True
    if compare.about is not None:
        slack = compare.within.value if compare.within is not None else slack_of(compare.about)
        return compare.about.value - slack, compare.about.value + slack, True, True
    assert compare.first is not None
    period = Period.parse(compare.first)
    months = [12 * m.start.year + m.start.month - 1 for m in period.months()]
    return months[0], months[-1], True, True


def ends(compare: Comparison) -> tuple[float, ...]:
    """The numbers that decide a comparison, as they are stated: of a range of months both, of `about` the number itself.

    >>> ends(Comparison.model_validate({"first": "2025-09"})) == (month_number("2025-09"),)
    True
    >>> ends(Comparison.model_validate({"between": ["1.8", "2.5"]}))
    (1.8, 2.5)
    """
    if compare.about is not None:
        return (compare.about.value,)
    return tuple(dict.fromkeys(end for end in allowed(compare)[:2] if math.isfinite(end)))


def slack_of(number: Written) -> float:
    """How far a true value may lie from a number as written: half of its last digit."""
    return number.slack


def judge(compare: Comparison, low: float | None, high: float | None) -> str:
    """Whether every value that the bounds allow is in the comparison (holds), none is (fails), or some are.

    An empty `low` is no lower bound, an empty `high` no upper one.
    """
    first, last, with_first, with_last = allowed(compare)
    least, most = -math.inf if low is None else low, math.inf if high is None else high
    inside = (least > first or (with_first and least == first)) and (most < last or (with_last and most == last))
    before = most < first or (not with_first and most == first)
    after = least > last or (not with_last and least == last)
    return HOLDS if inside else FAILS if before or after else UNDETERMINED


@dataclass(frozen=True)
class Tally:
    """How many readings go which way; those without evidence are apart."""

    hold: int
    fail: int
    undetermined: int
    untestable: int

    @classmethod
    def of(cls, verdicts: Iterable[str]) -> Tally:
        """Counts of verdicts."""
        listed = list(verdicts)
        return cls(*(listed.count(v) for v in (HOLDS, FAILS, UNDETERMINED, UNTESTABLE)))

    @property
    def total(self) -> int:
        """Readings with evidence."""
        return self.hold + self.fail + self.undetermined

    @property
    def decided(self) -> int:
        """Readings that hold or fail."""
        return self.hold + self.fail

    @property
    def verdict(self) -> Verdict:
        """The verdict over all readings: that of the decided ones where only some are decided.

        >>> Tally(3, 0, 2, 9).verdict, Tally(1, 1, 0, 0).verdict, Tally(0, 0, 4, 0).verdict, Tally(0, 0, 0, 4).verdict
        ('holds', 'depends', 'undetermined', 'untestable')
        """
        if not self.total:
            return "untestable"
        if not self.decided:
            return "undetermined"
        return "depends" if self.hold and self.fail else "holds" if self.hold else "fails"

    @property
    def where_decidable(self) -> bool:
        """Whether the verdict is that of a part of the readings."""
        return 0 < self.decided < self.total


Decided = Sequence[tuple[Mapping[str, str], bool]]
"""Readings that hold or fail, by their choices."""


def deciders(decided: Decided) -> tuple[str, ...]:
    """The choice, or else the first pair of choices, that by itself tells the readings that hold from those that fail;
    nothing where none does, or where all go one way.

    >>> deciders([({"a": "x", "b": "1"}, True), ({"a": "y", "b": "1"}, False), ({"a": "y", "b": "2"}, False)])
    ('a',)
    """
    if len({holds for _, holds in decided}) < 2:
        return ()
    names = list(dict.fromkeys(n for choices, _ in decided for n in choices))
    for size in (1, 2):
        for some in combinations(names, size):
            ways: dict[tuple[str, ...], set[bool]] = defaultdict(set)
            for choices, holds in decided:
                ways[tuple(choices.get(n, "") for n in some)].add(holds)
            if all(len(w) == 1 for w in ways.values()):
                return some
    return ()


def deciders_within(decided: Decided, start: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where nothing decides over all readings: the one or two degrees of freedom that, read as in `start`, leave readings
    of which a choice or a pair decides, and what decides then. Both empty where there are none.

    >>> a, b, c, d = ("x", "1", "p", True), ("x", "2", "p", False), ("y", "1", "q", False), ("y", "1", "p", True)
    >>> readings = [({"a": w, "b": n, "c": k}, so) for w, n, k, so in (a, b, c, d, ("y", "2", "p", True))]
    >>> deciders(readings), deciders_within(readings, {"a": "x", "b": "1", "c": "p"})
    ((), (('a',), ('b',)))
    """
    names = list(dict.fromkeys(n for choices, _ in decided for n in choices))
    for size in (1, 2):
        for held in combinations(names, size):
            left = [(c, holds) for c, holds in decided if all(c.get(n, "") == start.get(n, "") for n in held)]
            found = deciders(left)
            if found:
                return held, found
    return (), ()


def flips(decided: Decided, start: Mapping[str, str]) -> list[tuple[str, str]]:
    """The single choices that turn a reading's verdict around when nothing else is chosen otherwise.

    >>> readings = [({"a": "x"}, True), ({"a": "y"}, False)]
    >>> flips(readings, {"a": "x"})
    [('a', 'y')]
    """
    own = next((holds for choices, holds in decided if dict(choices) == dict(start)), None)
    if own is None:
        return []
    found = []
    for choices, holds in decided:
        differing = [n for n in choices if choices[n] != start.get(n, "")]
        if holds != own and len(differing) == 1:
            found.append((differing[0], choices[differing[0]]))
    return found


def shares_of_variance(values: Sequence[tuple[Mapping[str, str], float]]) -> dict[str, float]:
    """Of the variance of the numbers over the readings, the part between the choices of each degree of freedom
    (eta squared, the first-order share of an analysis of variance; Fisher 1925), largest first.

    The parts need not add up to 1: what is missing are interactions of choices.

    >>> shares_of_variance([({"a": "x", "b": "1"}, 1.0), ({"a": "y", "b": "1"}, 3.0)])
    {'a': 1.0}
    """
    if len(values) < 2:
        return {}
    mean = math.fsum(v for _, v in values) / len(values)
    total = math.fsum((v - mean) ** 2 for _, v in values)
    if total <= 0:
        return {}
    found = {}
    for name in dict.fromkeys(n for choices, _ in values for n in choices):
        groups: dict[str, list[float]] = defaultdict(list)
        for choices, value in values:
            groups[choices.get(name, "")].append(value)
        if len(groups) > 1:
            between = math.fsum(len(g) * (math.fsum(g) / len(g) - mean) ** 2 for g in groups.values())
            found[name] = round(between / total, 12)
    return dict(sorted(found.items(), key=lambda item: -item[1]))
