"""`python -m bench claims`: one claim under a thousand readings on a large ledger, against as many single requests.

The claim is a share of an organization: five organizations, ten denominators, twenty periods. Its readings are answered
together in a process that has opened the ledger and answered nothing yet; the same requests are then asked one by one in
another one, without the cache of answers. Both must say the same, number for number.
"""

from datetime import date
from itertools import product
from pathlib import Path

from rich.console import Console

from bench.sides import answer, apart, as_large, measured_on, timed
from modelcensus.claims import Claim, Pack, account
from modelcensus.claims.freedoms import freedoms
from modelcensus.claims.specify import specifications
from modelcensus.ledger import Ledger
from modelcensus.measures import Census
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.names import ALL_TIME

LARGEST = """
    select organization from catalog where organization is not null group by all order by count(*) desc, organization
    limit 11
"""
SUBJECTS, PEERS = 5, range(5, 12)
SCOPES = {
    "hub": "hub",
    "original": "where: format = 'original'",
    "original-and-gguf": "where: format in ('original', 'gguf')",
}


def claim(census: Census, months: list[str]) -> Pack:
    """The claim, of any of the five largest organizations of the ledger, within scopes and among the largest ones."""
    largest = [r["organization"] for r in census.engine.rows(LARGEST)]
    lists = {f"largest-{n}": {"reading": {"peers": f"organization:{','.join(largest[:n])}"}} for n in PEERS}
    denominators = {n: {"within": s} for n, s in SCOPES.items()} | lists
    named = {
        "subject": {o: {"text": o, "of": {"organization": o}} for o in largest[:SUBJECTS]},
        "denominator": {n: {"text": n, **d} for n, d in denominators.items()},
        "window": {m: {"text": m, "period": m} for m in months},
        "repair": ["conservative"], "counter": ["flows"], "spikes": ["keep"], "panel": ["moving"],
    }  # fmt: skip
    stated = {
        "id": "thousand", "statement": "A family has so much.", "measure": "share", "of": {"organization": largest[0]},
        "period": months[-1], "compare": {"above": "10 %"}, "readings": named,
        "as_worded": {"because": "the first of each"},
    }  # fmt: skip
    source = {"title": "a benchmark", "publisher": "modelcensus"}
    return Pack.model_validate(
        {"id": "bench", "version": date(2026, 11, 28), "title": "bench", "source": source, "claims": [stated]}
    )


def months_of(root: Path, most: int) -> list[str]:
    """Whole months of the ledger's all-time counters, and quarters, so many in all where there are."""
    ledger = Ledger(root)
    engine = Census(ledger, cache=False).stored
    read = f"select min(observed_on)::varchar as first from observations where counter = '{ALL_TIME}'"
    first, last = engine.rows(read)[0]["first"], max(m.last_day or "" for m in ledger.manifests())
    months = [
        f"{y}-{m:02d}" for y, m in product(range(2024, 2028), range(1, 13)) if first < f"{y}-{m:02d}-01" < last[:7]
    ]
    longer = [f"{a}..{b}" for a, b in zip(months, months[2:], strict=False)]
    return [*months, *longer][:most]


def together(root: str, most: str = "20") -> dict:
    """Seconds of the whole account of so many periods, and its numbers."""
    as_large()
    census = Census(Ledger(Path(root)), cache=False)
    census.prepare("hub")
    assert census.by_month
    pack, spent = claim(census, months_of(Path(root), int(most))), {}
    with timed(spent):
        found = account(census, pack, pack.claims[0])
    return {**spent, "numbers": [[o.low, o.value, o.high, o.id] for o in found.outcomes]}


def singly(root: str, most: str = "20") -> dict:
    """Seconds of the same requests one by one, and their numbers."""
    as_large()
    census = Census(Ledger(Path(root)), cache=False)
    census.prepare("hub")
    assert census.by_month
    one: Claim = claim(census, months_of(Path(root), int(most))).claims[0]
    requests = [s.request for s in specifications(one, census, freedoms(one, census.knowledge, ["hub"]))]
    spent, numbers = {}, []
    with timed(spent):
        for request in requests:
            try:
                result = census.answer(request)
                row = result.rows[-1]
                numbers.append([row.low, row.value, row.high, result.provenance.id])
            except RequestError:
                numbers.append([None, None, None, ""])
    return {**spent, "numbers": numbers}


def main(arguments: list[str]) -> None:
    with measured_on("claims", arguments) as (root, _folder):
        mine, others = (apart("bench.claims", side, root) for side in ("together", "singly"))
        rows = sum(m.rows.get("observations", 0) for m in Ledger(root).manifests())
    differing = sum(a != b for a, b in zip(mine["numbers"], others["numbers"], strict=True))
    decided = sum(n[1] is not None for n in mine["numbers"])
    console = Console()
    console.print(f"{rows:,} observations; {len(mine['numbers']):,} readings, {decided:,} with a number")
    console.print(f"together {mine['seconds']:.1f} s, one by one {others['seconds']:.1f} s; {differing} differ")
    console.print(f"peak {mine['peak']:.2f} GB")
    if differing:
        raise SystemExit("the two do not say the same")


if __name__ == "__main__":
    answer({"together": together, "singly": singly})
