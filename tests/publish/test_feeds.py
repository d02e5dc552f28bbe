"""Feeds: what is told once stays under its id, dated by what happened, at addresses that hold anywhere."""

import json
import re
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from ledgers import COMMITTED, batch_of, day, fact, ledger_of, observation
from modelcensus.claims import ToldVerdict, ToldVerdicts, account, find_claim, find_packs
from modelcensus.claims.told_verdicts import ToldEdition
from modelcensus.measures import Census
from modelcensus.publish.feeds import ATOM, Entry, Feed, atom, json_feed, tag
from modelcensus.publish.happened import claim_feed, feed_of
from modelcensus.publish.scene import Scene

TAG_URI = re.compile(r"tag:[A-Za-z0-9.-]+,\d{4}:(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*")
"""RFC 4151, section 2.1."""
BASE = "https://census.example/"
MODELS = {"first/a-7b": (900, 910, 920, 930), "second/b-7b": (50, 300, 400, 700), "third/c-7b": (100, 200, 300, 1200)}
"""What each had in four windows: second overtakes third, and third both others."""


def batch(name: str, *windows: int):
    read = [
        observation(repository, "rolling_30d", values[i], 30 * (i + 1))
        for repository, values in MODELS.items()
        for i in windows
    ]
    return batch_of(name, "hub", observations=read, facts=[fact(r, created=date(2025, 1, 1)) for r in MODELS])


def feed(tmp_path, organization: str, *batches, today: date = date(2026, 5, 2)) -> Feed:
    for i, one in enumerate(batches):
        ledger_of(tmp_path, one, committed_at=COMMITTED.replace(day=1 + i))
    ledger = ledger_of(tmp_path, batches[-1])
    return feed_of(Scene(Census(ledger)), "organization", organization, today)


def places(told: Feed) -> list[Entry]:
    return [e for e in told.entries if "stale" not in e.id]


def test_overtaking_among_the_leading_is_told_to_both(tmp_path) -> None:
    batches = batch("earlier", 0, 1, 2), batch("later", 3)
    second, third, first = (places(feed(tmp_path, o, *batches)) for o in ("second", "third", "first"))
    assert [(e.title, e.day) for e in second] == [
        ("second was overtaken by third on 1 May 2026", str(day(120))),
        ("second overtook third on 2 March 2026", str(day(60))),
    ]
    assert "2 March 2026: second 300, third 200. 31 January 2026: second 50, third 100." in second[1].text
    assert [e.title.partition(" on ")[0] for e in third] == [
        "third overtook second", "third took the first place", "third was overtaken by second"
    ]  # fmt: skip
    assert [e.title.partition(" on ")[0] for e in first] == ["first lost the first place"]
    assert "third 1,200, first 930" in first[0].text


def test_ids_stay_when_a_batch_comes(tmp_path) -> None:
    before = feed(tmp_path, "second", batch("earlier", 0, 1, 2))
    after = feed(tmp_path, "second", batch("earlier", 0, 1, 2), batch("later", 3))
    assert before.id == after.id and places(before)
    kept = {e.id: e for e in places(after)}
    for entry in places(before):
        same = kept[entry.id]
        assert (same.day, same.title, same.text) == (entry.day, entry.title, entry.text)


def test_an_order_that_bounds_leave_open_is_not_told(tmp_path) -> None:
    """Of counters that were read inside months, estimates change places where nobody knows whether these did."""
    values = {
        "big/a-7b": (0, 9000, 19000, 29000, 39000),
        "one/b-7b": (0, 100, 300, 900, 1000),
        "two/c-7b": (0, 300, 400, 700, 1100),
    }
    days = (15, 43, 62, 76, 100)
    read = [observation(r, "all_time", v, on) for r, vs in values.items() for v, on in zip(vs, days, strict=True)]
    whole = batch_of("a", "hub", observations=read, facts=[fact(r, created=date(2025, 1, 1)) for r in values])
    ledger = ledger_of(tmp_path, whole)
    rows = Census(ledger).measure("downloads", by=["organization", "month"], reading=["channel=hub"]).rows
    one, two = ([r for r in rows if r.dimensions["organization"] == o] for o in ("one", "two"))
    assert one[0].value < two[0].value and one[-1].value > two[-1].value and one[-1].low < two[-1].high
    assert not [e for e in places(feed(tmp_path, "one", whole)) if ":counted:" in e.id]


def test_a_stale_source_is_told_once_dated_by_the_day_it_became_late(tmp_path) -> None:
    read = [observation("acme/a-7b", "rolling_30d", 100 + i, i) for i in range(20)]
    one = batch_of("daily", "hub", observations=read)
    feeds = [feed(tmp_path, "acme", one, today=today) for today in (day(26), day(27), day(60), day(300))]
    assert not [e for e in feeds[0].entries if "stale" in e.id]
    (entry,), *later = ([e for e in f.entries if "stale" in e.id] for f in feeds[1:])
    assert entry.day == str(day(27)) and str(day(19)) in entry.text and entry.link == "/health"
    assert later == [[entry], [entry]]


def test_a_claim_that_flipped_stays_told_and_a_batch_alone_tells_nothing(sample, tmp_path) -> None:
    found = find_claim(find_packs(), "qwen-2026/double-the-next-eight")
    now = account(sample, *found)
    here = ToldVerdict.of(now)
    kept = ToldVerdicts(tmp_path)
    was = here.model_copy(update={"overall": "fails"})
    anew = here.model_copy(update={"claim": "another wording"})
    days = [date(2026, 11, d) for d in (1, 2, 3, 4)]
    for edition, newest, told in zip(("e0", "e1", "e2", "e3"), days, (anew, was, was, here), strict=True):
        kept.keep(edition, newest, {now.id: told})

    def entries(edition: str, on: date, told: ToldVerdict = here) -> tuple[Entry, ...]:
        open_now = ToldEdition(edition=edition, place=0, newest=on, claims={now.id: told})
        return claim_feed(now, kept.history(open_now, now.id), datetime(2026, 11, on.day, tzinfo=UTC)).entries

    flip, first = entries("e3", days[3])
    assert (
        flip.title.startswith("The verdict flipped")
        and "Before (2026-11-02)" in flip.text
        and flip.day == "2026-11-04"
    )
    assert first.day == "2026-11-02" and first.page == f"/claims/{now.id}"
    assert entries("e4", date(2026, 11, 5)) == entries("e5", date(2026, 11, 6)) == (flip, first)
    assert entries("e2", days[2], was) == (first,)


@pytest.mark.parametrize("name", ["GPT OSS", "Qwen", 'a"<>\\^`{|}% b', "Ünïcode/模型", "a#b?c"])
def test_ids_are_iris_and_addresses_whole(name: str) -> None:
    entries = tuple(Entry(f"{kind}:{name}", "2026-01-01", name, name, rests_on="p0") for kind in ("a", "b"))
    told = Feed(f"feed:family:{name}", name, COMMITTED, entries, "/families/x")
    root = ElementTree.fromstring(atom(told, "/feeds/families/x.atom?edition=e1", BASE))
    ids = [e.text or "" for e in root.iter(f"{{{ATOM}}}id")]
    assert len(set(ids)) == 3 and all(TAG_URI.fullmatch(i) and urlsplit(i).scheme == "tag" for i in ids), ids
    assert {link.get("rel"): link.get("href") for link in root.findall(f"{{{ATOM}}}link")} == {
        "self": "https://census.example/feeds/families/x.atom?edition=e1", "alternate": "https://census.example/families/x"
    }  # fmt: skip
    assert all((e.get("href") or "").startswith(BASE) for e in root.iter(f"{{{ATOM}}}link"))

    read = json.loads(json_feed(told, "/feeds/families/x.json", BASE))
    assert read["feed_url"] == f"{BASE}feeds/families/x.json" and read["home_page_url"] == f"{BASE}families/x"
    assert [i["url"] for i in read["items"]] == [f"{BASE}provenance/p0"] * 2
    assert [i["id"] for i in read["items"]] == ids[1:] == [tag(e.id) for e in entries]


def test_a_feed_without_entries_is_of_its_editions_time() -> None:
    assert Feed("feed:a", "a", COMMITTED, ()).updated == "2026-12-01T00:00:00Z"
