"""The checkpoint survives whatever is cut off it, and never gives what was not whole."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.sources.hub_api.convert import Grouping
from modelcensus.sources.hub_api.spool import Page, Spool
from modelcensus.vocabulary import InputError

DAY = date(2026, 11, 20)


def filled(folder, bodies):
    spool = Spool(folder)
    spool.begin({"asked": {}})
    spool.resume()
    for i, body in enumerate(bodies):
        spool.add(0, body, i + 1, DAY, f"next-{i}")
    return spool


@given(
    bodies=st.lists(st.binary(max_size=300), min_size=1, max_size=8), file=st.sampled_from(["pages.zst", "pages.jsonl"]),
    cut=st.integers(0, 400), flipped=st.booleans(),
)  # fmt: skip
def test_what_is_taken_up_is_the_longest_run_of_whole_answers(tmp_path_factory, bodies, file, cut, flipped):
    folder = tmp_path_factory.mktemp("spool")
    filled(folder, bodies).close()
    path = folder / file
    content = bytearray(path.read_bytes())
    if flipped and content:
        content[min(cut, len(content) - 1)] ^= 0xFF
    else:
        del content[max(0, len(content) - cut) :]
    path.write_bytes(content)
    spool = Spool(folder)
    spool.resume()
    kept = len(spool.pages)
    assert [b for _, b in spool.bodies(spool.pages)] == bodies[:kept]
    if not flipped and cut == 0:
        assert kept == len(bodies)
    spool.add(0, b"afterwards", 1, DAY)
    spool.close()
    again = Spool(folder)
    again.resume()
    assert [b for _, b in again.bodies(again.pages)] == [*bodies[:kept], b"afterwards"]
    again.close()


def test_two_runs_are_not_in_one_folder(tmp_path):
    first = Spool(tmp_path)
    with pytest.raises(InputError, match="another run"):
        Spool(tmp_path)
    first.close()
    Spool(tmp_path).close()


def test_a_checkpoint_of_another_version_is_refused(tmp_path):
    spool = Spool(tmp_path)
    (tmp_path / "crawl.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(InputError, match="--restart"):
        _ = spool.plan
    spool.clear()
    assert spool.plan is None
    spool.close()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6 * 1024 * 1024), st.booleans()), max_size=30))
def test_groups_hold_every_page_once_in_order_and_never_mix(rows):
    pages = [Page(0, 0, 0, size, n, "", "2026-11-20", single=s) for n, size, s in rows]
    grouping = Grouping()
    groups = [g for p in pages for g in grouping.add(p)] + grouping.rest()
    assert [p for g in groups for p in g.pages] == [p for p in pages if p.rows]
    taken = 0
    for group in groups:
        assert group.first == taken and len({p.single for p in group.pages}) == 1
        taken += sum(p.rows for p in group.pages)
        assert sum(p.bytes for p in group.pages[:-1]) < 8 * 1024 * 1024
    assert not Grouping().rest()
