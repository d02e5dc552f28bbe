"""What comes first in a table: of one period the largest, of ranks the best place, even where the data do not decide it."""

import pytest

from modelcensus.measures import Census


@pytest.fixture(scope="module")
def census(sample):
    return Census(sample.ledger, cache=False)


@pytest.mark.parametrize("kept", [False, True], ids=["computed", "from sums"])
def test_an_undecided_place_stands_where_its_best_one_would(sample, kept):
    census = Census(sample.ledger, cache=False)
    census = census.keep_sums() if kept else census
    result = census.measure("rank", by="organization", period="2026-05")
    places = [(r.value or r.low, r.high) for r in result.rows]
    assert places == sorted(places) and None in {r.value for r in result.rows}
    assert result.leading == result.rows[0] and result.rows[0].low == 1
    largest = census.measure("downloads", by="organization", period="2026-05").listed(1)[0]
    assert result.leading.dimensions["organization"] == largest.dimensions["organization"]


def test_of_one_period_the_largest_come_first(census):
    result = census.measure("downloads", by="organization", period="2026-06")
    sure = [r.value if r.value is not None else r.low for r in result.rows]
    listed = result.listed(20)
    assert [r.value if r.value is not None else r.low for r in listed] == sorted(sure, reverse=True)[:20]
    assert [r.dimensions for r in listed] != [r.dimensions for r in result.rows[:20]]


def test_several_periods_and_parts_keep_their_order(census):
    months = census.measure("share", by=["organization", "month"], period="2026-05..2026-07")
    assert list(months.listed(30)) == list(months.rows[:30])
    assert {r.span for r in months.listed(30, newest_only=True)} == {months.rows[-1].span}
    spread = census.measure("concentration", period="2026-06")
    assert {*spread.rows[0].dimensions} - {*spread.request.dimensions}
    assert list(spread.listed(30)) == list(spread.rows[:30])


def test_what_is_the_same_of_all_rows_is_no_part(census):
    """Growth says against which period; of parts (index, own and derived) the measure's order stays."""
    grown = census.measure("growth", by=["organization", "month"], reading={"channel": "reported:modelpulse"})
    values = [r.value for r in grown.listed(30, newest_only=True) if r.value is not None]
    assert len(values) > 3 and values == sorted(values, reverse=True)
