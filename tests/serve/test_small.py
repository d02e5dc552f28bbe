"""Badges and feeds: the same numbers, well-formed, inert."""

from datetime import date, datetime
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from modelcensus.measures import number
from modelcensus.publish.happened import feed_of
from modelcensus.publish.scene import Scene

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
    ],
)
def test_what_there_is_not_is_refused(client: TestClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_the_feed_of_a_claim_tells_its_verdict(client: TestClient) -> None:
    name = "qwen-2026/double-the-next-eight"
    (item,) = client.get(f"/feeds/claims/{name}.json").json()["items"]
    assert item["title"].startswith("depends: ") and item["url"] == f"{client.base_url}/claims/{name}"
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
