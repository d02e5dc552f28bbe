"""Worlds with a known truth, repository by repository, and claims about them that are true or false by construction.

Counters are those of `flows.artefacts`: heavy-tailed repositories, read daily, with stalls, rollbacks, partial snapshots and
gaps injected. Repositories carry names of real families, organizations and regions; their truth is added up here in plain
Python, without the program.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from flows.artefacts import Series, World, facts, observations, of_snapshots
from ledgers import COMMITTED, ledger_of
from modelcensus.claims import Claim, Pack
from modelcensus.claims.freedoms import default_readings
from modelcensus.measures import Census
from modelcensus.vocabulary import Batch, InputFile

MAKERS = {
    "Qwen": ("Qwen", "china", "Qwen3-{}B"),
    "meta-llama": ("Llama", "us", "Llama-3.1-{}B"),
    "google": ("Gemma", "us", "gemma-3-{}b-it"),
    "deepseek-ai": ("DeepSeek", "china", "DeepSeek-V3-{}"),
    "mistralai": ("Mistral", "europe", "Mistral-{}B-v0.3"),
    "openai-community": ("GPT-2", "us", "gpt2-{}"),
}
"""Organization -> family, region, names of its repositories."""
LABS = ("Qwen", "meta-llama", "google", "deepseek-ai", "mistralai")
MONTHS = ("2026-07", "2026-08", "2026-09")
CLAIMED = World(repositories=240, snapshots=150, centre=5.5, spread=2.5)
ONE: dict[str, list[str] | bool] = {
    "denominator": ["hub"], "scope": ["hub"], "window": ["stated"], "peers": False,
    "counter": ["flows"], "repair": ["conservative"], "spikes": ["keep"], "panel": ["moving"],
}  # fmt: skip
"""The reading as worded alone: that of the truth."""
NEAR = 3
VERDICT = {True: "holds", False: "fails"}


@dataclass(frozen=True)
class Known:
    """A census, the claims about it with the truth of each (its number; whether it is so), by claim. `near`: claims about
    months that were read around both edges."""

    census: Census
    pack: Pack
    truth: Mapping[str, tuple[float, bool]]
    near: frozenset[str]


def world(seed: int, folder: Path) -> Known:
    """One world; the same for the same seed."""
    series = _series(seed)
    batch = Batch(
        source="tables", name="series", channel="hub", inputs=(InputFile("series", 0, f"{seed:064x}"),), options={}, took=(),
        tables={"observations": observations(series), "facts": facts(series)},
    )  # fmt: skip
    truth = _Truth(series)
    claims = dict(_claims(np.random.default_rng([seed, 77]), truth))
    pack = Pack.model_validate(
        {
            "id": "made", "version": COMMITTED.date(), "title": "made", "claims": [c for c, *_ in claims.values()],
            "source": {"title": "made", "publisher": "made"},
        }
    )  # fmt: skip
    known = {name: (value, so) for name, (_, value, so) in claims.items()}
    months = {
        c["id"]: (_before(c["period"]) if c["measure"] == "growth" else c["period"], c["period"])
        for c, *_ in claims.values()
    }
    near = frozenset(n for n, (first, last) in months.items() if truth.read_around(first) and truth.read_around(last))
    return Known(Census(ledger_of(folder, batch), cache=False), pack, known, near)


def _series(seed: int) -> Series:
    """Counters with artefacts that hide downloads and book them later; none that is never booked."""
    for attempt in range(100):
        clean = CLAIMED.series(1_000 * seed + attempt)
        rng = np.random.default_rng([seed, 5])
        owners = rng.choice([*MAKERS, "someone"], len(clean.repositories), p=[0.25, 0.15, 0.12, 0.12, 0.1, 0.06, 0.2])
        owners[: len(MAKERS)] = list(MAKERS)
        named = [
            f"{o}/{MAKERS[o][2].format(i + 1)}" if o in MAKERS else f"someone-{i}/net-{i}"
            for i, o in enumerate(owners)
        ]
        made, events = of_snapshots(clean.change(repositories=np.array(named, object)), 1_000 * seed + attempt)
        if not any(e.lost for e in events):
            return made
    raise AssertionError("no series without lost downloads")


class _Truth:
    """True downloads of groups of repositories in a month."""

    def __init__(self, series: Series) -> None:
        assert series.truth is not None and series.grid is not None
        self.owners = [r.partition("/")[0] for r in series.repositories]
        self.days = [date.fromisoformat(str(d)) for d in series.grid]
        self.upto = series.truth
        self.read = {date.fromisoformat(str(d)) for d in series.days}

    def downloads(self, month: str, *owners: str) -> int:
        """Of these organizations; of everybody without any. P at the start of day t is the counter read on day t."""
        year, number = map(int, month.split("-"))
        first, after = self.days.index(date(year, number, 1)), self.days.index(date(year, number + 1, 1))
        chosen = [i for i, o in enumerate(self.owners) if not owners or o in owners]
        return int(sum(self.upto[after, i] - self.upto[first, i] for i in chosen))

    def read_around(self, month: str) -> bool:
        """Whether both edges of a month were read within `NEAR` days before and after."""
        first = date.fromisoformat(f"{month}-01")
        after = (first + timedelta(days=31)).replace(day=1)
        return all(
            any(edge + timedelta(days=side * n) in self.read for n in range(NEAR + 1))
            for edge in (first, after)
            for side in (-1, 1)
        )

    def region(self, month: str, region: str) -> int:
        return self.downloads(month, *(o for o, (_, r, _n) in MAKERS.items() if r == region))


def _claims(rng: np.random.Generator, truth: _Truth) -> Iterator[tuple[str, tuple[dict, float, bool]]]:
    """Claims of seven kinds, with numbers near the true ones on either side."""
    month = MONTHS[int(rng.integers(len(MONTHS)))]
    for organization in ("Qwen", "google"):
        family, region, _ = MAKERS[organization]
        own = truth.downloads(month, organization)
        every = truth.downloads(month)
        labs = truth.downloads(month, *LABS)
        other = truth.downloads(month, "meta-llama")
        values = {
            "hub-share": ("share", own / every, {"of": {"organization": organization}}),
            "family-share": ("share", own / every, {"of": {"family": family}}),
            "labs-share": (
                "share", own / labs, {"of": {"organization": organization}, "reading": {"peers": ", ".join(LABS)}}
            ),
            "region-share": ("share", truth.region(month, region) / every, {"of": {"region": region}}),
            "times-llama": (
                "ratio", own / other, {"of": {"organization": organization}, "reading": {"peers": "meta-llama"}}
            ),
            "downloads": ("downloads", own, {"of": {"organization": organization}}),
        }  # fmt: skip
        for kind, (measure, value, request) in values.items():
            above = bool(rng.random() < 0.5)
            number = float(value * np.exp(rng.choice([-1, 1]) * rng.uniform(0.05, 0.5)))
            yield _claim(
                f"{organization.lower()}-{kind}",
                measure,
                month,
                request,
                "above" if above else "below",
                number,
                value,
            )
        if month != MONTHS[0]:
            before = truth.downloads(_before(month), organization)
            grown = own / before - 1
            number = float(grown + rng.choice([-1, 1]) * rng.uniform(0.05, 0.3))
            yield _claim(
                f"{organization.lower()}-growth", "growth", month, {"of": {"organization": organization}}, "above", number, grown
            )  # fmt: skip


def _before(month: str) -> str:
    return MONTHS[MONTHS.index(month) - 1]


def _open(measure: str) -> set[str]:
    """The degrees of freedom of a measure by default."""
    known = default_readings()
    own = known.measures[measure]
    return {*own.own, *own.shared, *known.common} - set(own.without)


def _claim(
    name: str, measure: str, month: str, request: dict, side: str, number: float, value: float
) -> tuple[str, tuple[dict, float, bool]]:
    so = value > number if side == "above" else value < number
    claim = {
        "id": name, "statement": name, "measure": measure, "period": month, "compare": {side: number},
        "as_worded": {"because": "made so"}, **request,
    }  # fmt: skip
    dimension = next(iter(request["of"]))
    claim["readings"] = {n: c for n, c in ONE.items() if n in _open(measure)} | (
        {"subject": [dimension]} if dimension != "organization" else {}
    )
    if "peers" in request.get("reading", {}):  # named here: no other ones are meant
        claim["readings"]["peers" if measure == "ratio" else "denominator"] = False
    Claim.model_validate(claim)
    return name, (claim, value, so)
