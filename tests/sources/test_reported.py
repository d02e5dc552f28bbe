"""Published series: totals stated or implied, months, duplicates and contradictions."""

from datetime import date

import pytest

SHARES = {"month": "m", "organization": "o", "downloads": "d", "share": "s"}
TOTALS = {"month": "m", "organization": "o", "downloads": "d", "total": "t"}


def series(outcome) -> dict:
    return {(str(r["period_start"])[:7], r["organization"]): r["downloads"] for r in outcome.rows("reported")}


def take_series(take, content: str, map: dict, **options):
    return take(content, source="reported", name="pub", map=map, **options)


def test_total_from_shares_and_from_a_column(take):
    outcome = take_series(take, "m,o,d,s\n2026-02,a,250,0.25\n2026-02,b,500,0.5\n", SHARES, scope="text")
    assert series(outcome) == {("2026-02", None): 1000, ("2026-02", "a"): 250, ("2026-02", "b"): 500}
    assert outcome.batch and outcome.batch.channel == "reported:pub"
    assert {r["scope"] for r in outcome.rows("reported")} == {"text"}
    assert {(r["period_start"], r["period_end"]) for r in outcome.rows("reported")} == {
        (date(2026, 2, 1), date(2026, 3, 1))
    }
    stated = take_series(take, "m,o,d,t\n2026-02,a,250,1000\n2026-02,b,500,1000\n", TOTALS)
    assert series(stated) == series(outcome)


def test_totals_alone_with_the_publishers_mark_of_an_estimate(take):
    map = {"month": "m", "total": "t", "exact": "e"}
    rows = take_series(take, "m,t,e\n2024-07,9,false\n2025-03,11,TRUE\n2025-04,12,\n", map).rows("reported")
    assert [(r["downloads"], r["exact"]) for r in rows] == [(9, False), (11, True), (12, None)]


def test_shares_rounded_for_print_do_not_contradict_each_other(take):
    outcome = take_series(
        take,
        "m,o,d,s\n2026-02,a,2501,0.2501\n2026-02,b,33333,0.33\n2026-02,c,1,0.0001\n".replace(
            "33333,0.33", "3300,0.33"
        ),
        SHARES,
    )
    assert not outcome.aside and series(outcome)["2026-02", None] == 10000


def test_second_row_of_an_organization_is_set_aside(take):
    outcome = take_series(take, "m,o,d,s\n2026-02,a,250,0.25\n2026-02,a,300,0.25\n2026-03,a,5,0.5\n", SHARES)
    assert outcome.lines == [3] and "a second row of a in 2026-02" in outcome.aside[0][1]
    assert series(outcome)["2026-02", "a"] == 250


def test_row_whose_total_contradicts_the_others_is_set_aside_and_not_taken(take):
    content = "m,o,d,t\n2026-02,a,250,1000\n2026-02,b,300,1000\n2026-02,c,400,2000\n2026-03,a,5,10\n"
    outcome = take_series(take, content, TOTALS)
    assert series(outcome) == {
        ("2026-02", None): 1000,
        ("2026-02", "a"): 250,
        ("2026-02", "b"): 300,
        ("2026-03", None): 10,
        ("2026-03", "a"): 5,
    }
    assert outcome.lines == [4] and "total 2,000 contradicts the month's 1,000" in outcome.aside[0][1]


def test_no_total_is_invented_where_two_rows_disagree(take):
    """Half way between 1,000 and 2,000 is a total that nobody published."""
    outcome = take_series(take, "m,o,d,t\n2026-02,a,250,1000\n2026-02,b,300,2000\n2026-03,a,5,10\n", TOTALS)
    assert series(outcome) == {("2026-03", None): 10, ("2026-03", "a"): 5}
    assert outcome.lines == [2, 3] and "1,000 and 2,000" in outcome.aside[0][1]


@pytest.mark.parametrize(
    "row",
    [
        "2026-13,x,1,0.1",
        "soon,x,1,0.1",
        ",x,1,0.1",
        "2026-02-01,x,1,0.1",
        "2026-02,,1,0.1",
        "2026-02,x,-1,0.1",
        "2026-02,x,,0.1",
        "2026-02,x,1,1.5",
        "2026-02,x,1,nan",
        "2026-02,x,nan,0.1",
        "2026-02,x,many,0.1",
        "2026-02,x",
    ],
)
def test_bad_rows_are_set_aside_alone(take, row):
    outcome = take_series(take, f"m,o,d,s\n2026-02,a,250,0.25\n{row}\n2026-02,b,500,0.5\n", SHARES)
    assert outcome.lines == [3]
    assert series(outcome) == {("2026-02", None): 1000, ("2026-02", "a"): 250, ("2026-02", "b"): 500}


def test_wrong_options(take):
    content = "m,o,d,t\n2026-02,a,250,1000\n"
    assert "give --name" in take(content, source="reported", map=TOTALS).error
    assert "unknown target 'org'" in take_series(take, content, {**TOTALS, "org": "o"}).error
    assert "no column for month" in take_series(take, content, {"organization": "o", "downloads": "d"}).error
    assert "no column 'x' (wanted for total)" in take_series(take, content, {**TOTALS, "total": "x"}).error
    assert "no usable row" in take_series(take, "m,o,d,t\nsoon,a,250,1000\n", TOTALS).error
