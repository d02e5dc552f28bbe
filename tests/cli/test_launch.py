"""`launch` as people run it, and what it says of a real release, worked out by hand from the rows of the sample."""

import json
from datetime import date
from importlib.resources import files

import pyarrow.parquet as pq
import pytest

SUBJECT = "deepseek-ai/DeepSeek-V4-Pro"
RELEASED = date(2026, 4, 22)
SAMPLE = "hub_rolling30_2026-04_2026-10.parquet"


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    """The rows of the sample, as its publisher gave them: of each release of the package the Hub's counter of 30 days."""
    return pq.read_table(files("modelcensus.sample") / SAMPLE).to_pylist()


def test_a_launch_as_table_and_as_json(run):
    table = run("launch", SUBJECT, "--within", "mainline").stdout.decode()
    assert "day 30" in table and "comparable: releases" in table and "modelcensus explain p" in table
    told = json.loads(run("launch", SUBJECT, "--within", "mainline", "--format", "json").stdout)
    assert told["subject"] == SUBJECT
    rows = told["repositories"]["rows"]
    assert [r["period"] for r in rows] == ["day 1", "day 3", "day 7", "day 14", "day 30"]
    assert rows[-1]["low"] == 1_271_624 and rows[-1]["outlook"] == "day 30 is reached"


def test_the_message_says_what_the_rows_allow(sample, run, rows: list[dict]) -> None:
    """Released on 22 April; day 30 is 22 May. The counter was read on 29 April and 9 May, when all that it counts is since
    the release, and once between 24 May and 1 June, when its 30 days reach back to before 9 May."""
    read = {r["version"]: r["downloads_30d"] for r in rows if r["model_id"] == SUBJECT}
    assert {r["model_release"] for r in rows if r["model_id"] == SUBJECT} == {str(RELEASED)}
    on_29_april, on_9_may, late_may, june = (read[v] for v in ("0.9.20", "0.9.28", "0.9.30", "0.9.33"))
    most = on_9_may + late_may
    least = max(on_9_may, late_may - june)  # what the window of June no longer counts
    told = {
        r["period"]: r
        for r in json.loads(run("launch", SUBJECT, "--within", "mainline", "--format", "json").stdout)["repositories"]["rows"]
    }  # fmt: skip
    assert (told["day 30"]["low"], told["day 30"]["high"]) == (least, most)
    assert told["day 3"]["high"] == on_29_april and told["day 14"]["high"] == on_9_may
    said = sample.measure("launch", of={"repository": SUBJECT}, by=["repository"], within="mainline").sentence()
    value = told["day 30"]["value"]
    assert least < value < most
    assert said == (
        f"{SUBJECT} had {value / 1e6:.1f} million downloads within first-party language models (mainline) by day 30 after"
        f" release, between {least / 1e6:.1f} million and {most / 1e6:.1f} million (counted here)."
    )


def test_what_was_made_from_it_is_counted_by_its_names(run, rows: list[dict]) -> None:
    """The models of others, released within 30 days, whose names hold its own."""
    told = json.loads(run("launch", SUBJECT, "--within", "mainline", "--format", "json").stdout)["repositories"][
        "rows"
    ][-1]
    named = {
        r["model_id"]: r["model_release"]
        for r in rows
        if r["model_release"] and "deepseek-v4-pro" in r["model_id"].lower()
    }
    within = [
        n for n, day in named.items()
        if n != SUBJECT and 0 <= (date.fromisoformat(day) - RELEASED).days <= 30 and not n.startswith("deepseek-ai/")
    ]  # fmt: skip
    made = told["community_quantized"] + told["other_derivatives"]
    assert told["first_party_quantized"] == 0 and 0 < made == len(within)


def test_what_is_no_launch_says_so(run):
    assert "FAMILY@GENERATION" in run("launch", "Qwen", status=1).stderr.decode()
    assert "Qwen3.5" in run("launch", "Qwen@Qwen3.55", status=1).stderr.decode()
