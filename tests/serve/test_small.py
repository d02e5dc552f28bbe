"""Badges and feeds: the same numbers, well-formed, inert."""

from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

import modelcensus
from modelcensus.measures import Row, number
from modelcensus.publish.badges import badge_of
from modelcensus.publish.happened import feed_of
from modelcensus.publish.scene import Scene

HERE = "http://127.0.0.1:8000"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("measure", ["share", "downloads", "rank"])
def test_a_badge_shows_the_newest_number_and_where_it_comes_from(client: TestClient, sample, measure: str) -> None:
    answer = client.get(f"/badges/{measure}/families/Qwen.svg")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    root = ElementTree.fromstring(answer.text)
    by = "family" if measure == "rank" else "day"
    truth = sample.measure(
        measure, of={"family": "Qwen"}, by=[by], reading={"channel": "hub", "counter": "rolling_30d"}
    )
    shown = number(truth.leading.value, truth.unit)
    texts = [t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert shown in texts[1] and truth.provenance.id in answer.text


def test_a_badge_of_reported_numbers_within_a_scope(client: TestClient, sample) -> None:
    asked = {"reading": "channel=reported:modelpulse", "period": "2026-02", "within": "hub"}
    badge = client.get("/badges/share/organizations/Qwen.svg", params=asked)
    truth = sample.measure(
        "share", of={"organization": "Qwen"}, within="hub", period="2026-02", reading=[asked["reading"]]
    )
    assert number(truth.rows[0].value, "share") in badge.text


@pytest.mark.parametrize("end", [".atom", ".json"])
def test_a_feed_tells_of_first_places_won(client: TestClient, sample, end: str) -> None:
    answer = client.get(f"/feeds/organizations/Qwen{end}")
    assert answer.status_code == 200
    series = sample.measure("downloads", by=["organization", "month"], reading=["channel=reported:modelpulse"])
    leaders: dict[str, tuple[float, str]] = {}
    for row in series.rows:
        who = str(row.dimensions["organization"])
        leaders[row.end] = max(leaders.get(row.end, (0.0, "")), (row.value or 0.0, who))
    first = [who for _day, (_value, who) in sorted(leaders.items())]
    changes = sum("Qwen" in pair and pair[0] != pair[1] for pair in pairwise(first))
    if end == ".json":
        titles = [i["title"] for i in answer.json()["items"]]
        days = [i["date_published"] for i in answer.json()["items"]]
    else:
        entries = ElementTree.fromstring(answer.text).findall(f"{ATOM}entry")
        titles = [e.findtext(f"{ATOM}title") or "" for e in entries]
        days = [e.findtext(f"{ATOM}updated") or "" for e in entries]
        ids = [e.findtext(f"{ATOM}id") for e in entries]
        assert len(set(ids)) == len(ids)
    assert days == sorted(days, reverse=True)
    assert changes > 0 and sum("the first place" in t for t in titles) >= changes


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/badges/colour/families/Qwen.svg", 422),
        ("/badges/share/animals/Qwen.svg", 422),
        ("/badges/share/families/Qwne.svg", 404),
        ("/feeds/families/Qwne.atom", 404),
        ("/feeds/models/no/such.json", 404),
        ("/feeds/families/Qwen.rss", 404),
        ("/feeds/animals/Qwen.atom", 422),
        ("/badges/share/families/Qwen.svg?perod=2026-09", 422),
        ("/feeds/families/Qwen.atom?period=2026-09", 422),
    ],
)
def test_what_there_is_not_is_refused(client: TestClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_the_feed_of_a_claim_tells_its_verdict(client: TestClient) -> None:
    name = "qwen-2026/double-the-next-eight"
    (item,) = client.get(f"/feeds/claims/{name}.json").json()["items"]
    assert item["title"].startswith("depends: ") and item["url"] == f"{HERE}/claims/{name}"
    assert ElementTree.fromstring(client.get(f"/feeds/claims/{name}.atom").text).findall(f"{ATOM}entry")
    assert client.get("/feeds/claims/qwen-2026/none.atom").status_code == 404


def test_a_source_that_nobody_reads_any_more_is_told(sample) -> None:
    def stale(today: date) -> set[str]:
        feed = feed_of(Scene(sample), "organization", "Qwen", today)
        return {e.title for e in feed.entries if e.title.endswith("has gone stale")}

    assert stale(date(2028, 1, 1)) >= {"llmfit has gone stale", "modelpulse has gone stale"}
    assert "llmfit has gone stale" not in stale(date(2026, 11, 1))


def test_names_in_badges_and_feeds_are_inert() -> None:
    from modelcensus.publish.badges import badge
    from modelcensus.publish.feeds import Entry, Feed, atom

    nasty = '"><script>alert(1)</script>&\x00\u202e'
    assert "<script>" not in badge(nasty, nasty, nasty)
    told = Feed(nasty, nasty, datetime(2026, 1, 1), (Entry(nasty, "2026-01-01", nasty, nasty),))
    written = atom(told, "/feeds/a.atom", "http://127.0.0.1/")
    assert "<script>" not in written and ElementTree.fromstring(written) is not None


def ram_badge(rows: list[Row]) -> tuple[str, str]:
    """What a RAM badge of these rows shows, and its title."""
    result = modelcensus.open().measure("ram", of={"family": "Qwen"}, by=["family"])
    root = ElementTree.fromstring(badge_of(replace(result, rows=tuple(rows)), "Qwen"))
    shown = root.attrib["aria-label"]
    return shown.removeprefix("Qwen family RAM: "), root.findtext("{http://www.w3.org/2000/svg}title") or ""


def aged(
    age: int, value: float | None, low: float, high: float | None, observed: int, of: int = 3, size: str = "5-10"
) -> Row:
    return Row(
        {"family": "Qwen", "size_class": size}, f"day {age}", "2000-01-01", f"2000-01-{age + 1:02d}", age, value, low, high,
        None, observed, of, (),
    )  # fmt: skip


def test_a_ram_badge_takes_the_oldest_age_that_half_of_the_releases_reached() -> None:
    rows = [aged(7, 2.0, 2.0, 2.0, 3), aged(14, 3.0, 3.0, 3.0, 2), aged(28, 2321.0, 2321.0, 2321.0, 1)]
    shown, title = ram_badge(rows)
    assert shown == "3.0, day 14, 2 of 3"
    assert "by day 14 after release" in title and "known for 2 of 3 repositories" in title
    assert ram_badge(rows[:1])[0] == "2.0, day 7"
    assert ram_badge([aged(7, None, 343.0, None, 3)])[0] == "at least 343, day 7"
    assert ram_badge([*rows, aged(7, 9.0, 9.0, 9.0, 1, 1, "<1")])[0] == "3.0, day 14, size 5-10, 2 of 3"


def test_a_badge_says_no_bound_that_excludes_nothing(client: TestClient) -> None:
    shown, title = ram_badge([aged(7, None, 0.0, None, 3), aged(28, None, 0.0, None, 3)])
    assert shown == "unknown"
    assert "cannot be told from these counters" in title and "at least" not in title
    for measure in ("ram", "share", "downloads"):
        told = client.get(f"/badges/{measure}/families/Qwen.svg?reading=channel=hub").text
        assert "at least 0" not in told
