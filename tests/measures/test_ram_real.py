"""RAM on the real copies of the all-time counter, with the tracked models as cohort."""

import math

import pytest

from modelcensus.ledger import Ledger
from modelcensus.measures import Census
from modelcensus.sources import ImportOptions, read_batch


def real_census(real_data, root):
    """The all-time copies of 2026, the dump with the days of creation, and the list of tracked models."""
    ledger = Ledger(root)
    for name, options in (
        ("hub-dump/models.parquet", ImportOptions(source="hub_dump", date="2026-05-24")),
        (
            "hub-alltime/hub_alltime_2026-05_2026-08.parquet",
            ImportOptions(
                source="tables", name="alltime", map={"repo": "model_id", "all_time": "downloads_all_time"}
            ),
        ),
        ("tracked-models/models_2026-08-17.csv", ImportOptions(source="tracked_list", date="2026-08-17")),
    ):
        ledger.commit(read_batch([real_data(name)], options))
    return Census(ledger)


@pytest.mark.slow
def test_both_baselines_of_all_size_classes_on_real_counters(real_data, tmp_path):
    """447 of the 1,772 tracked ids were read, 1,496 have a release date; nearly all of the tens were released before the
    first reading (2026-05-03), so their early days are known by bounds alone: the golden numbers are bounds."""
    census = real_census(real_data, tmp_path)
    levels = {}
    for baseline in ("median10", "tenth"):
        result = census.measure("ram", within="tracked@2026-08-17", reading={"baseline": baseline})
        for row in result.rows:
            told = row.dimensions
            levels[baseline, told["size_class"], row.period] = told["baseline_low"], told["baseline_high"]
            assert row.value is None or row.low <= row.value <= (row.high or math.inf)
        found = {(r.dimensions["repository"], r.period): r for r in result.rows}
        assert any("927 releases of the cohort were never read" in n for n in result.notes)
        if baseline == "tenth":
            assert found["deepseek-ai/DeepSeek-V4-Pro", "day 90"].low == pytest.approx(2.199, abs=0.001)
            assert found["deepseek-ai/DeepSeek-V3.2", "day 180"].low == pytest.approx(4.326, abs=0.001)
        else:
            known = found["deepseek-ai/DeepSeek-R1-0528", "day 365"]
            assert known.dimensions["baseline"] == 2_866_312 and known.value == pytest.approx(3.411, abs=0.001)
    highs = {
        "<1": (11_837_042, 6_970_401), "1-5": (38_991_685, 21_526_377), "5-10": (42_200_911, 30_111_645),
        "10-50": (21_183_316.5, 15_454_848), "50-100": (6_052_177, 2_524_416), "100-250": (4_505_780, 3_469_018),
        ">=250": (9_887_401, 2_967_682),
    }  # fmt: skip
    for size_class, (median_of_ten, the_tenth) in highs.items():
        assert levels["median10", size_class, "day 30"] == (0, median_of_ten)
        assert levels["tenth", size_class, "day 30"] == (0, the_tenth)
