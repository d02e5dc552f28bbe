"""Verdicts told edition by edition: which flipped, since when, and what a broken or an unwritable folder does."""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from modelcensus.claims import ToldVerdict, ToldVerdicts
from modelcensus.claims.told_verdicts import FOLDER

DAY = date(2026, 11, 1)
VERDICTS = st.builds(
    ToldVerdict, claim=st.sampled_from("ab"), worded=st.sampled_from(["holds", "fails"]), overall=st.just("depends")
)
EDITIONS = st.lists(
    st.tuples(st.sampled_from(["e1", "e2", "e3"]), st.dictionaries(st.sampled_from(["p/x", "p/y"]), VERDICTS)),
    max_size=8,
)


def told(worded: str, claim: str = "a") -> ToldVerdict:
    return ToldVerdict(claim=claim, worded=worded, overall="depends")


def by_hand(told_in_turn: list[tuple[str, dict[str, ToldVerdict]]], edition: str) -> dict[str, tuple[str, str]]:
    """Flips in plain Python: the last verdict of an earlier edition (by when it was first told of) against this one's."""
    order: dict[str, dict[str, ToldVerdict]] = {}
    for name, verdicts in told_in_turn:
        if verdicts or name in order:
            order.setdefault(name, {}).update(verdicts)
    found = {}
    for claim, now in order.get(edition, {}).items():
        earlier = [order[e][claim] for e in list(order)[: list(order).index(edition)] if claim in order[e]]
        same = [v for v in earlier if v.claim == now.claim]
        if same and same[-1] != now:
            found[claim] = same[-1].worded, now.worded
    return found


@given(EDITIONS)
def test_flips_are_those_that_a_reader_of_all_editions_finds(
    in_turn: list[tuple[str, dict[str, ToldVerdict]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = ToldVerdicts(Path(folder))
        for edition, verdicts in in_turn:
            if verdicts:
                kept.keep(edition, DAY, verdicts)
        for edition in ("e1", "e2", "e3"):
            found = {f.claim: (f.was.worded, f.now.worded) for f in kept.compared(edition).flips}
            assert found == by_hand(in_turn, edition)


def test_the_last_edition_that_told_of_a_claim_is_named(tmp_path: Path) -> None:
    kept = ToldVerdicts(tmp_path)
    kept.keep("e1", DAY, {"p/x": told("holds"), "p/y": told("holds")})
    kept.keep("e2", DAY, {"p/x": told("fails")})
    kept.keep("e3", DAY, {"p/x": told("fails"), "p/y": told("fails")})
    compared = kept.compared("e3")
    assert [(f.claim, f.since.edition) for f in compared.flips] == [("p/y", "e1")]
    assert compared.since is not None and compared.since.edition == "e2"


def test_a_claim_that_was_written_anew_did_not_flip(tmp_path: Path) -> None:
    kept = ToldVerdicts(tmp_path)
    kept.keep("e1", DAY, {"p/x": told("holds", "a")})
    kept.keep("e2", DAY, {"p/x": told("fails", "b")})
    assert not kept.compared("e2").flips and not kept.compared("e2").before


def test_again_nothing_is_written_and_broken_files_are_passed_over(tmp_path: Path) -> None:
    kept = ToldVerdicts(tmp_path)
    kept.keep("e1", DAY, {"p/x": told("holds")})
    file = tmp_path / FOLDER / "e1.json"
    before = file.stat().st_mtime_ns
    kept.keep("e1", DAY, {"p/x": told("holds")})
    assert file.stat().st_mtime_ns == before
    (tmp_path / FOLDER / "e0.json").write_text("{")
    assert kept.compared("e1").now == {"p/x": told("holds")}


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("no folder")
    kept = ToldVerdicts(tmp_path)
    kept.keep("e1", DAY, {"p/x": told("holds")})
    assert not kept.compared("e1").now
