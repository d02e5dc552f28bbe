"""Every other event that is found in the real copies, held against rules that know no detector.

The README of the data names what is in them; what is found besides is judged here: whole snapshots by the calendar of
the copy, freezes and spikes by the values around them.
"""

from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pytest

import modelcensus
from flows.artefacts.real import gguf_daily, hub_alltime, really_there
from flows.artefacts.trials import detected
from ledgers import ledger_of
from modelcensus.sources import ImportOptions, read_batch

ROLLING = {"repo": "model_id", "rolling_30d": "downloads_30d", "batch": "version", "observed_on": "release_date_pkg"}


@pytest.fixture(scope="module")
def all_time(real_data):
    dump = real_data("hub-dump/models.parquet")
    series = hub_alltime(real_data("hub-alltime/hub_alltime_2026-05_2026-08.parquet"), dump)
    return series, detected(series)


@pytest.fixture(scope="module")
def releases(real_data, tmp_path_factory):
    path = real_data("hub-rolling/hub_rolling30_2026-04_2026-10.parquet")
    root = tmp_path_factory.mktemp("releases")
    ledger_of(root, read_batch([path], ImportOptions(source="tables", name="llmfit", map=ROLLING)))
    census = modelcensus.open(root)
    census.prepare()
    return census.engine.rows("select * from events"), pq.read_table(path)


def test_whole_snapshots_besides_those_of_the_readme(all_time):
    """A backlog follows each stall, as it must; two holes of the copy are longer than nine days."""
    _, events = all_time
    others = {(e["kind"], e["to"]) for e in events if e["repository"] is None}
    named = {"stall", "half_stall", "rollback", "series_break"}
    assert {x for x in others if x[0] not in named} == {
        *(("backlog", date(2026, *d)) for d in ((5, 5), (7, 2), (7, 10), (7, 24), (7, 31))),
        ("source_gap", date(2026, 6, 15)),
        ("source_gap", date(2026, 7, 1)),
    }


def test_a_frozen_counter_that_the_readme_does_not_name_stands_while_it_moved_every_day_before(all_time):
    series, events = all_time
    frozen = {e["repository"]: e for e in events if e["kind"] == "freeze"}
    named = {"openai-community/gpt2", "openai-community/gpt2-xl", "dreamgen/WizardLM-2-7B"}
    assert set(frozen) - named == {"huihui-ai/Qwen2.5-7B-Instruct-abliterated"}
    for name in set(frozen) - named:
        values = series.values[:, list(series.repositories).index(name)]
        since = int(np.searchsorted(series.days, np.datetime64(frozen[name]["from"])))
        until = int(np.searchsorted(series.days, np.datetime64(frozen[name]["to"])))
        assert (values[since : until + 1] == values[since]).all() and until - since >= 14
        assert (np.diff(values[since - 5 : since + 1]) > 0).all()


def test_a_spike_leaves_both_of_its_sides(all_time):
    """Five times the median of fourteen readings before and of fourteen after, which no clean day of a series is; save
    five of 23 to 25 July, whose repositories stayed uneven from then on."""
    series, events = all_time
    spikes = [e for e in events if e["kind"] == "spike"]
    assert spikes
    off = [(e["repository"], e["from"]) for e in spikes if not really_there(series, e)]
    assert len(off) <= 5 and len(spikes) >= 80, off
    assert {since for _, since in off} <= {date(2026, 7, 23), date(2026, 7, 24)}


def test_the_spike_of_the_releases_is_flagged_and_launches_are_not(releases):
    events, table = releases
    spikes = [e for e in events if e["kind"] == "spike"]
    assert "Qwen/Qwen3-VL-2B-Instruct" in {e["repository"] for e in spikes}
    released = dict(zip(table["model_id"].to_pylist(), table["model_release"].to_pylist(), strict=True))
    ages = {
        e["repository"]: (e["from"] - date.fromisoformat(released[e["repository"]][:10])).days
        for e in spikes
        if released.get(e["repository"])
    }
    assert ages and {r: a for r, a in ages.items() if a < 14} == {}


def test_most_rows_of_the_later_releases_are_frozen(releases):
    """51-82 % of them are unchanged: no growth of zero, but no readings."""
    events, _ = releases
    frozen = {e["repository"] for e in events if e["kind"] == "freeze"}
    assert len(frozen) > 5_000


def test_spikes_of_the_daily_rolling_counters_leave_both_sides(real_data):
    """Three and a half times what a quarter of the readings before and after stand at: spikes come in pairs, too."""
    series = gguf_daily(real_data("gguf-daily/gguf_mlx_rolling30_2026-05_2026-08.parquet"))
    spikes = [e for e in detected(series) if e["kind"] == "spike"]
    assert len(spikes) >= 10
    for event in spikes:
        column = int(np.flatnonzero(series.repositories == event["repository"])[0])
        a, b = (int(np.searchsorted(series.days, np.datetime64(event[k]))) for k in ("from", "to"))
        values = series.values[:, column]
        sides = [
            np.quantile(side, 0.25) for side in (values[max(0, a - 14) : a], values[b + 1 : b + 15]) if len(side)
        ]
        assert values[a : b + 1].max() >= 3.5 * max(sides), event["repository"]
