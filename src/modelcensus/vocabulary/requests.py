"""What can be asked: a measure of a subject, within a scope, over periods, under a reading."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from modelcensus.vocabulary.errors import RequestError, nearest
from modelcensus.vocabulary.names import DIMENSIONS, TIME_DIMENSIONS
from modelcensus.vocabulary.periods import Period
from modelcensus.vocabulary.readings import Reading, pair

Terms = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Request:
    """A measure request; its canonical text is part of every provenance id.

    `of` names the subject as dimension -> accepted values; `within` empty means everything that the channel
    counts over; `periods` empty means all that the data cover.
    """

    measure: str
    of: Terms = ()
    within: str = ""
    by: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    reading: Reading = field(default_factory=Reading)
    as_of: date | None = None

    @classmethod
    def build(
        cls,
        measure: str,
        of: Mapping[str, str | Iterable[str]] | Iterable[str] = (),
        within: str = "",
        by: str | Iterable[str] = (),
        period: str | Iterable[str] = (),
        reading: Mapping[str, str] | Iterable[str] = (),
        as_of: str | date | None = None,
    ) -> "Request":
        """From what people write on a command line or in Python.

        >>> Request.build("share", of=["organization=a,b"], period="2026-02").of
        (('organization', ('a', 'b')),)
        """
        pairs = of.items() if isinstance(of, Mapping) else [pair(t, "--of") for t in of]
        terms = tuple(
            (
                dimension,
                tuple(v.strip() for v in values.split(",")) if isinstance(values, str) else tuple(values),
            )
            for dimension, values in pairs
        )
        dimensions = (by,) if isinstance(by, str) and by else tuple(by)
        for dimension in [d for d, _ in terms]:
            _known(dimension, DIMENSIONS, "--of")
        for dimension, values in terms:
            if not values or not all(values):
                raise RequestError(
                    f"{dimension} has an empty value", where="--of", remedy=f"write for example {dimension}=A,B"
                )
        for dimension in dimensions:
            _known(dimension, (*DIMENSIONS, *TIME_DIMENSIONS), "--by")
        if len(set(dimensions)) < len(dimensions):
            raise RequestError("the same dimension twice", where="--by", remedy="name each once")
        if sum(d in TIME_DIMENSIONS for d in dimensions) > 1:
            raise RequestError("more than one grain of time", where="--by", remedy="choose month, week or day")
        texts = [period] if isinstance(period, str) else list(period)
        periods = tuple(Period.parse(t) for t in texts if t and t != "all")
        if isinstance(as_of, str):
            try:
                as_of = date.fromisoformat(as_of)
            except ValueError as error:
                raise RequestError(f"{as_of!r} is no day", where="--as-of", remedy="use YYYY-MM-DD") from error
        return cls(measure, terms, within, dimensions, periods, Reading.parse(reading), as_of)

    @property
    def grain(self) -> str:
        """month, week, day, or nothing: the grain of time asked for."""
        return next((d for d in self.by if d in TIME_DIMENSIONS), "")

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions asked for that are not time."""
        return tuple(d for d in self.by if d not in TIME_DIMENSIONS)

    def as_dict(self) -> dict[str, object]:
        """The request as plain values, for JSON."""
        return {
            "measure": self.measure,
            "of": {d: terms[0] if len(terms) == 1 else terms for d, terms in self._terms().items()},
            "within": self.within,
            "by": list(self.by),
            "period": [str(p) for p in self.periods] or ["all"],
            "reading": self.reading.as_dict(),
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Request":
        """The request that `as_dict` described.

        >>> request = Request.build("share", of=["organization=a,b", "organization=b"], period="2026-02")
        >>> Request.from_dict(request.as_dict()).canonical() == request.canonical()
        True
        """
        terms = [
            (dimension, tuple(values))
            for dimension, listed in content["of"].items()
            for values in (listed if isinstance(listed[0], list) else [listed])
        ]
        made = cls.build(
            content["measure"], dict(terms), content["within"], content["by"], content["period"],
            content["reading"], content["as_of"],
        )  # fmt: skip
        return replace(made, of=tuple(terms))

    def _terms(self) -> dict[str, list[list[str]]]:
        """Dimension -> the accepted values of each of its terms (all of which must hold)."""
        terms: dict[str, list[list[str]]] = {}
        for dimension, values in self.of:
            terms.setdefault(dimension, []).append(list(values))
        return {d: sorted(t) for d, t in terms.items()}

    def canonical(self) -> str:
        """The same text for the same request, whatever order it was written in."""
        return self._canonical

    @cached_property
    def _canonical(self) -> str:
        return json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"))


def _known(name: str, choices: tuple[str, ...], option: str) -> None:
    if name not in choices:
        raise RequestError(f"unknown dimension {name!r}", where=option, remedy=nearest(name, list(choices)))
