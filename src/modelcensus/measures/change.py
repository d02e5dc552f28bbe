"""A change of share split exactly into what several parts of its repositories did to it.

With S the share within the repositories known in both periods, whose change is their own part, every other part adds how
far it pulls the share of all away from S: (A - S (A + B)) / all in the last period, less the same in the first
(Melitz and Polanec 2015, RAND Journal of Economics 46(2), equation 4, with parts that can be in both periods).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modelcensus.vocabulary.intervals import Interval

SAME, NEW, LISTED, VANISHED = "same repositories", "new", "newly listed", "vanished"
CHANGE, FIXED, PANEL = "change", "fixed panel", "change of panel"
PARTS = (SAME, NEW, LISTED, VANISHED)
YOUNG = "new, known in both"
"""Of the new ones those that a fixed panel has too."""

NONE = Interval.exact(0)


@dataclass(frozen=True)
class Side:
    """The downloads of the subject and of all others in one period, all within closed bounds."""

    subject: Interval = NONE
    others: Interval = NONE
    units: int = 0

    def __add__(self, other: "Side") -> "Side":
        return Side(self.subject + other.subject, self.others + other.others, self.units + other.units)

    @property
    def share(self) -> Interval | None:
        """The subject's share; nothing where the estimate of the whole is zero."""
        found = self.subject.share_of_sum(self.others)
        return None if found.estimate is None else found

    def pull(self, share: Interval, whole: "Side") -> Interval:
        """How far this part pulls the share of the whole away from `share`: valid bounds, which may be loose."""
        a, b, s = self.subject, self.others, share
        every = whole.subject + whole.others
        low = _of(a.low * (1 - _number(s.high)) - _number(b.high) * _number(s.high), every, lowest=True)
        high = _of(_number(a.high) * (1 - s.low) - b.low * s.low, every, lowest=False)
        value = _number(a.estimate) * (1 - _number(s.estimate)) - _number(b.estimate) * _number(s.estimate)
        likely = value / _number(every.estimate)
        return Interval(min(low, likely), likely, max(high, likely))


def split(sides: Mapping[str, tuple[Side, Side]], *, fixed: bool) -> dict[str, Interval | None]:
    """The parts of a change of share, and the change; without a `fixed` panel also what such a panel shows, and what the
    change of panel adds to it. `sides` are the first and the last period of each of PARTS and of YOUNG.

    >>> a, b = (Side(Interval.exact(x), Interval.exact(100 - x), 3) for x in (40, 50))
    >>> new = Side(Interval.exact(0), Interval.exact(100), 1)
    >>> found = split({"same repositories": (a, b), "new": (Side(), new)}, fixed=True)
    >>> [round(found[p].estimate, 3) for p in ("same repositories", "new", "change")]
    [0.1, -0.25, -0.15]
    """
    given = {p: sides.get(p, (Side(), Side())) for p in (*PARTS, YOUNG)}
    first, last = (sum((given[p][t] for p in given), Side()) for t in (0, 1))
    young = given.pop(YOUNG)
    outside = {t: sum((given[p][t] for p in PARTS[1:]), Side()) for t in (0, 1)}
    given[NEW] = (given[NEW][0] + young[0], given[NEW][1] + young[1])
    wholes = first, last
    found: dict[str, Interval | None] = {SAME: _moved(given[SAME])}
    for part in PARTS[1:]:
        found[part] = _pulled(given[part], given[SAME], wholes)
    if not fixed:
        kept = given[SAME][0] + young[0], given[SAME][1] + young[1]
        found[FIXED] = _moved(kept)
        found[PANEL] = _pulled((outside[0], outside[1]), kept, wholes)
    found[CHANGE] = _moved(wholes)
    return found


def _moved(sides: tuple[Side, Side]) -> Interval | None:
    """The change of the share of one part."""
    return _less(sides[1].share, sides[0].share)


def _pulled(part: tuple[Side, Side], kept: tuple[Side, Side], wholes: tuple[Side, Side]) -> Interval | None:
    """What a part adds to the change, beside the share of what is kept."""
    before, after = kept[0].share, kept[1].share
    if not (before and after and wholes[0].share and wholes[1].share):
        return None
    return _less(part[1].pull(after, wholes[1]), part[0].pull(before, wholes[0]))


def _less(now: Interval | None, then: Interval | None) -> Interval | None:
    """now - then, each moving freely within its bounds."""
    if now is None or then is None:
        return None
    return Interval(
        max(now.low - _number(then.high), -1.0),
        _number(now.estimate) - _number(then.estimate),
        min(_number(now.high) - then.low, 1.0),
    )


def _of(amount: float, whole: Interval, *, lowest: bool) -> float:
    """The lowest or highest that amount / whole can be; a whole that may be nothing decides nothing: -1, 1."""
    by = _number(whole.high) if (amount >= 0) == lowest else whole.low
    limit = -1.0 if lowest else 1.0
    if by <= 0:
        return limit if amount else 0.0
    return max(amount / by, limit) if lowest else min(amount / by, limit)


def _number(value: float | None) -> float:
    assert value is not None, "only closed flows are of a panel"
    return value
