"""How far `rolling_30d` and `all_time` disagree, measured where they overlap (docs/method.md: each instrument on its
own; across instruments R lies in [l, u] x dA)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE = 4096
"""Repositories that the disagreement is measured on."""

FEWEST_WINDOWS = 30
"""Overlapping windows below which nothing is said of the disagreement."""

LEAST = 100
"""Downloads that a window must hold, so that a download more or less does not make the ratio."""

INSIDE = 0.99
"""Part of the overlapping windows that lie within [l, u]."""


@dataclass(frozen=True)
class Splice:
    """`lower` and `upper`: between them lies R / dA of 99 % of the `windows` in which both were read."""

    rolling: str
    all_time: str
    lower: float
    upper: float
    windows: int


class Overlap:
    """Keeps what two counters said of some repositories, snapshot by snapshot."""

    def __init__(self) -> None:
        self.sample: NDArray[np.int64] | None = None
        self._said: dict[tuple[str, str], dict[int, NDArray[np.int64]]] = {}

    def see(self, source: tuple[str, str], day: int, listed: NDArray[np.int64]) -> None:
        """What a source says on a day; the sample is drawn from the first snapshot of a counter of windows."""
        if self.sample is None:
            if source[1] != "rolling_30d":
                return
            there = np.flatnonzero(listed > 0)
            self.sample = there[:: max(len(there) // SAMPLE, 1)]
        kept = np.full(len(self.sample), -1, np.int64)
        known = self.sample < len(listed)
        kept[known] = listed[self.sample[known]]
        self._said.setdefault(source, {})[day] = kept

    def said(self, source: tuple[str, str]) -> dict[str, NDArray[np.int64]]:
        """What one source said so far, as arrays to keep."""
        said = self._said.get(source, {})
        sample = np.zeros(0, np.int64) if self.sample is None else self.sample
        values = np.stack(list(said.values())) if said else np.zeros((0, len(sample)), np.int64)
        return {"sample": sample, "days": np.array(list(said), np.int64), "values": values}

    def restore(self, source: tuple[str, str], said: dict[str, NDArray[np.int64]]) -> None:
        """Take up what one source had said."""
        if len(said["sample"]):
            self.sample = said["sample"]
            self._said[source] = dict(zip(said["days"].tolist(), said["values"], strict=True))

    def splices(self, good: dict[tuple[str, str], set[int]]) -> list[Splice]:
        """The disagreement of every pair of sources of the two counters, over the days on which both were read well."""
        found = []
        for rolling in sorted(s for s in self._said if s[1] == "rolling_30d"):
            for total in sorted(s for s in self._said if s[1] == "all_time"):
                ratios = self._ratios(rolling, total, good)
                if len(ratios) >= FEWEST_WINDOWS:
                    low, high = np.quantile(ratios, [(1 - INSIDE) / 2, (1 + INSIDE) / 2])
                    found.append(Splice(rolling[0], total[0], float(low), float(high), len(ratios)))
        return found

    def _ratios(
        self, rolling: tuple[str, str], total: tuple[str, str], good: dict[tuple[str, str], set[int]]
    ) -> NDArray:
        windows, levels, ratios = self._said[rolling], self._said[total], [np.zeros(0)]
        for day, counted in windows.items():
            if day in good[rolling] and {day, day - 30} <= good[total] and {day, day - 30} <= levels.keys():
                a, b = levels[day - 30], levels[day]
                sound = (counted > 0) & (a >= 0) & (b - a >= LEAST)
                ratios.append(counted[sound] / (b - a)[sound])
        return np.concatenate(ratios)
