"""Figures of the real data: Ollama's pulls, OpenRouter's tokens, frontiers of quality."""

import pytest

from modelcensus.ledger import Ledger
from modelcensus.measures import Census
from modelcensus.sources import ImportOptions, read_batch
from modelcensus.vocabulary import RequestError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def census(real_data, tmp_path_factory):
    ledger = Ledger(tmp_path_factory.mktemp("other") / "ledger")
    pulls = real_data("ollama/ollama_pulls_2025-03_2026-08.parquet")
    for scrape in ("simonw", "D3rhami", "auditomatic"):
        ledger.commit(read_batch([pulls], ImportOptions(source="ollama", name=scrape)))
    tokens = real_data("openrouter/daily_tokens_2026-06_2026-08.parquet")
    ledger.commit(read_batch([tokens], ImportOptions(source="openrouter")))
    table = real_data("quality/artificial_analysis_models_2026-07-10.csv")
    ledger.commit(read_batch([table], ImportOptions(source="quality", date="2026-07-10")))
    return Census(ledger)


def test_the_stock_of_pulls_of_chinese_families_has_not_passed_that_of_us_ones(census):
    reading = ["channel=ollama", "counter=all_time"]
    rows = census.measure("downloads", by="root_region", period="2026-08-21", reading=reading).rows
    level = {r.dimensions["root_region"]: (r.low, r.value, r.high) for r in rows}
    assert level["china"] == (298_717_200, 300_268_100, 301_819_000)
    assert level["us"] == (540_696_400, 542_948_300, 545_200_200)
    with pytest.raises(RequestError, match="exceeds its peers in no period"):
        census.measure("crossover", of={"root_region": "china"}, reading=[*reading, "peers=root_region:us"])


def test_by_month_chinese_families_were_pulled_more_in_may_2026_and_no_month_before(census):
    reading = ["channel=ollama", "peers=root_region:us"]
    rows = census.measure(
        "ratio", of={"root_region": "china"}, by="month", period="2025-04..2026-07", reading=reading
    ).rows
    bounds = {r.period: (r.low, r.high) for r in rows}
    certain = [m for m, (low, _) in bounds.items() if low is not None and low > 1]
    possible = [m for m, (_, high) in bounds.items() if high is None or high > 1]
    assert (certain, possible) == (["2026-05"], ["2026-05", "2026-06", "2026-07"])
    assert bounds["2026-05"] == (pytest.approx(1.297, abs=0.001), pytest.approx(1.817, abs=0.001))


def test_the_share_of_chinese_models_in_the_tokens_of_july_2026(census):
    row = census.measure("share", of={"region": "china"}, period="2026-07", reading=["channel=openrouter"]).rows[0]
    assert row.value == pytest.approx(0.6149, abs=1e-4)
    others = census.measure(
        "share", of={"repository": "other/other"}, period="2026-07", reading=["channel=openrouter"]
    ).rows[0]
    assert 0 < others.value < 0.1, "the true share lies between the listed one and that plus the others'"


def test_the_gap_of_the_open_frontier(census):
    rows = census.measure("quality", reading=["channel=ollama"]).rows
    standing = {
        (r.dimensions["region"], r.dimensions["against"]): r for r in rows if r.dimensions["state"] == "standing"
    }
    china, us = standing["china", "closed"], standing["us", "china"]
    assert (china.dimensions["model"], china.dimensions["days"]) == ("GLM-5.2 (max)", 127)
    assert china.dimensions["gap"] == pytest.approx(8.77, abs=0.01)
    assert (us.dimensions["gap"], us.dimensions["days"]) == (pytest.approx(13.32, abs=0.01), 164)
