"""Intervals of numbers: what can be said of a quantity that is known only within bounds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """`low <= estimate <= high`; a null high is unbounded (open), a null estimate unknown.

    >>> Interval.exact(3) + Interval(1, 2, 5)
    Interval(low=4, estimate=5, high=8)
    >>> Interval(1, 2, None) + Interval.exact(1)
    Interval(low=2, estimate=3, high=None)
    >>> Interval.exact(1).share_of_sum(Interval(1, 3, 4))
    Interval(low=0.2, estimate=0.25, high=0.5)
    """

    low: float
    estimate: float | None
    high: float | None

    @classmethod
    def exact(cls, value: float) -> "Interval":
        return cls(value, value, value)

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, _plus(self.estimate, other.estimate), _plus(self.high, other.high))

    def share_of_sum(self, rest: "Interval") -> "Interval":
        """self / (self + rest) for disjoint parts; exact (docs/method.md, section 2)."""
        return Interval(
            _share(self.low, rest.high, unbounded=0.0) or 0.0,
            None if self.estimate is None or rest.estimate is None else _share(self.estimate, rest.estimate, 0.0),
            1.0 if self.high is None else _share(self.high, rest.low, 1.0),
        )

    def ratio_to(self, other: "Interval") -> "Interval":
        """self / other for disjoint parts."""
        low = 0.0 if other.high is None or other.high == 0 else self.low / other.high
        estimate = self.estimate / other.estimate if self.estimate is not None and other.estimate else None
        high = self.high / other.low if self.high is not None and other.low > 0 else None
        return Interval(low, estimate, high)


def _plus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a + b


def _share(part: float, rest: float | None, unbounded: float) -> float | None:
    if rest is None:
        return unbounded
    return part / (part + rest) if part + rest > 0 else None
