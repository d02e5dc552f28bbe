"""Known figures of the bundled series: what the program says must be what its source says."""

import csv

import pytest

from modelcensus.sample import SAMPLE_FOLDER

CHANNEL = "channel=reported:modelpulse"
CHINA = "Qwen,deepseek-ai,moonshotai,zai-org,tencent,baidu"
US = "peers=meta-llama,google,microsoft,nvidia,openai,ibm-granite"
EARLIER = "the publisher's earlier method, an estimate"


def february(sample, measure: str, *reading: str, **request):
    rows = sample.measure(
        measure, of={"organization": "Qwen"}, period="2026-02", reading=[CHANNEL, *reading], **request
    ).rows
    assert len(rows) == 1
    return rows[0]


def crossings(sample, of: str, *reading: str) -> dict[tuple[str, str], list]:
    found: dict[tuple[str, str], list] = {}
    for row in sample.measure("crossover", of={"organization": of}, reading=[CHANNEL, *reading]).rows:
        found.setdefault((row.dimensions["basis"], row.dimensions["crossover"]), []).append(row)
    return found


def months(rows: list) -> list[str]:
    return [r.period for r in rows]


def test_downloads_of_qwen_in_february_2026(sample):
    assert february(sample, "downloads").value / 1e6 == pytest.approx(172.4, abs=0.05)


@pytest.mark.parametrize(
    ("within", "reading", "percent"),
    [("hub", [], 8.4), ("text-vision", [], 39.8), ("", ["peers=five-labs"], 75)],
)
def test_shares_of_qwen_by_denominator(sample, within, reading, percent):
    row = february(sample, "share", *reading, within=within)
    assert 100 * row.value == pytest.approx(percent, abs=0.5 if percent == 75 else 0.05)


@pytest.mark.parametrize(
    ("within", "peers", "times", "within_"),
    [
        ("", "next-eight", 2.5, 0.05),
        ("", "next-eight-in-series", 2.5, 0.05),
        ("listed", "ranks:2..9", 1.67, 0.005),
        ("makers", "ranks:2..9", 2.01, 0.005),
    ],
)
def test_ratios_of_qwen_by_peers(sample, within, peers, times, within_):
    assert february(sample, "ratio", f"peers={peers}", within=within).value == pytest.approx(times, abs=within_)


def test_a_peer_that_the_series_lacks_is_said(sample):
    result = sample.measure(
        "ratio", of={"organization": "Qwen"}, period="2026-02", reading=[CHANNEL, "peers=next-eight"]
    )
    assert "not in these data: MiniMaxAI" in result.notes


def test_qwen_passes_meta_for_good_in_april_2025_after_two_reverted_months(sample):
    found = crossings(sample, "Qwen", "peers=meta-llama")
    assert months(found["period", "persistent"]) == ["2025-04"]
    assert EARLIER not in found["period", "persistent"][0].flags
    assert months(found["period", "reverted"]) == ["2024-10", "2024-11"]
    assert all(EARLIER in r.flags for r in found["period", "reverted"])


def test_china_passes_the_us(sample):
    found = crossings(sample, CHINA, US)
    assert months(found["period", "persistent"]) == ["2025-04"]
    assert months(found["period", "reverted"]) == ["2024-11"]
    assert months(found["cumulative", "persistent"]) == ["2025-07"]
    row = found["cumulative", "persistent"][0]
    assert row.value == pytest.approx(488.0 / 472.4, abs=0.001)
    assert crossings(sample, CHINA, "peers=series-us").keys() == found.keys()


def test_with_huggingface_among_the_us_publishers_china_passes_a_month_later(sample):
    found = crossings(sample, CHINA, f"{US},HuggingFaceTB")
    assert months(found["period", "persistent"]) == ["2025-05"]


@pytest.mark.parametrize("origin", ["2025-03", "first_exact"])
def test_counted_from_march_2025_china_passes_cumulatively_in_april(sample, origin):
    found = crossings(sample, CHINA, US, f"origin={origin}")
    assert months(found["cumulative", "persistent"]) == ["2025-04"]


def test_the_publisher_s_own_shares_come_back(sample):
    """The month's total is derived from downloads / share; dividing by it must give the published shares."""
    rows = sample.measure("share", by=["organization", "month"], reading=[CHANNEL]).rows
    ours = {(r.dimensions["organization"], r.period): r.value for r in rows}
    stated = list(csv.DictReader((SAMPLE_FOLDER / "modelpulse_text_orgs.csv").open()))
    assert len(ours) == len(stated)
    for row in stated:
        assert ours[row["author"], row["month"]] == pytest.approx(float(row["share"]), abs=0.0006)


@pytest.mark.parametrize(
    ("within", "total"), [("hub", 3_353_766_885), ("text-vision", 955_300_000), ("listed", 633_500_000)]
)
def test_all_of_a_scope_is_the_total_that_is_published_for_it(sample, within, total):
    row = sample.measure(
        "downloads", within=within, period="2026-07", reading={"channel": "reported:modelpulse"}
    ).rows[0]
    assert row.value == pytest.approx(total, rel=1e-4)
    assert row.coverage is None
