"""Cached answers: the same as computed ones, and never those of other inputs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import COMMITTED, batch_of, fact, ledger_of, observation
from modelcensus.ledger import Ledger
from modelcensus.measures import Census, answers, census, evaluate, measure
from modelcensus.measures import registry as measure_registry
from modelcensus.measures.frame import Frame, add_up


def counters(*days: int, repository: str = "Qwen/a", factor: int = 100):
    rows = [observation(repository, "all_time", factor * t + 1, t) for t in days]
    return batch_of("dump", "hub", observations=rows, facts=[fact(repository)])


@pytest.fixture
def root(tmp_path) -> Path:
    ledger_of(tmp_path / "ledger", counters(0, 31, 59))
    return tmp_path / "ledger"


@pytest.fixture
def computed(monkeypatch) -> Iterator[list[str]]:
    """The measures that were really computed."""
    done: list[str] = []
    compute = evaluate._compute

    def noted(opened, request, found):
        done.append(request.measure)
        return compute(opened, request, found)

    monkeypatch.setattr(evaluate, "_compute", noted)
    yield done


def january(opened: Census, **request):
    return opened.measure("downloads", of={"organization": "Qwen"}, period="2026-01", **request)


def test_a_second_process_answers_without_tables_catalog_or_flows(root, computed, monkeypatch):
    first = january(Census(Ledger(root)))
    for name in ("build_catalog", "build_readings", "DuckDBEngine"):
        monkeypatch.setattr(census, name, lambda *_, **__: pytest.fail("prepared"))
    second = january(Census(Ledger(root)))
    assert computed == ["downloads"]
    assert second == first and repr(second) == repr(first)
    assert second.to_csv() == first.to_csv() and second.as_dict() == first.as_dict()
    assert second.sentence() == first.sentence() and second.cite("bibtex") == first.cite("bibtex")


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 120), st.integers(0, 10**12)), min_size=2, max_size=12),
    st.sampled_from(["downloads", "share", "cumulative", "rank"]),
    st.sampled_from([(), ("month",), ("organization",), ("organization", "month")]),
)
@settings(max_examples=5)
def test_whatever_is_cached_comes_back_exactly(tmp_path_factory, readings, name, by):
    totals: dict[tuple[int, int], int] = {}
    for repository, day, value in readings:
        totals[repository, day] = value
    rows = [observation(f"org{r}/m", "all_time", v, d) for (r, d), v in sorted(totals.items())]
    root = ledger_of(tmp_path_factory.mktemp("any"), batch_of("dump", "hub", observations=rows)).root
    if name == "rank":
        by = ("organization", *(b for b in by if b != "organization"))
    request = {"measure": name, "by": by, "period": "2026-01..2026-04"}
    first = Census(Ledger(root)).measure(**request)
    again = Census(Ledger(root)).measure(**request)
    assert first == again and first is not again
    assert [[type(v) for v in vars(r).values()] for r in first.rows] == [
        [type(v) for v in vars(r).values()] for r in again.rows
    ]
    assert list((root / "cache").glob("*.json.gz"))


def test_another_request_is_another_answer(root, computed):
    opened = Census(Ledger(root))
    january(opened), january(opened)
    january(opened, reading=["repair=none"]), january(opened, within="makers"), january(opened, by="month")
    assert len(computed) == 4


def test_a_new_batch_is_seen_and_the_day_before_it_still_answered(root, computed):
    before = january(Census(Ledger(root)))
    later = COMMITTED + timedelta(days=3)
    ledger_of(root, counters(0, 31, repository="Qwen/b"), committed_at=later)
    assert january(Census(Ledger(root))).rows[0].value == 2 * before.rows[0].value
    assert january(Census(Ledger(root)), as_of=COMMITTED.date()).rows == before.rows
    assert january(Census(Ledger(root))).rows[0].value == 2 * before.rows[0].value


def organizations(folder: Path, country: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "organizations.yml").write_text(
        "version: 2026-01-02\norganizations:\n"
        f"  - {{namespace: Qwen, name: Q, kind: company, country: {country}, role: maker,"
        " reason: made up, citation: made up}\n"
    )
    return folder


def countries(root: Path, folder: Path | None) -> list:
    opened = Census(Ledger(root), [folder] if folder else [])
    return [r.dimensions["country"] for r in opened.measure("downloads", by="country", period="2026-01").rows]


def test_knowledge_that_is_given_and_changed_changes_the_answer(root, tmp_path):
    folder = tmp_path / "knowledge"
    assert countries(root, None) == ["CN"]
    assert countries(root, organizations(folder, "FR")) == ["FR"]
    assert countries(root, organizations(folder, "CA")) == ["CA"]
    assert countries(root, None) == ["CN"]


def test_knowledge_in_the_ledger_that_is_changed_changes_the_answer(root):
    assert countries(root, None) == ["CN"]
    for country in ("FR", "CA"):
        organizations(root / "knowledge", country)
        assert countries(root, None) == [country]


def test_another_version_of_the_program_computes_anew(root, computed, monkeypatch):
    january(Census(Ledger(root)))
    monkeypatch.setattr(answers, "own_version", lambda: "99.0")
    january(Census(Ledger(root)))
    assert len(computed) == 2


def test_other_code_of_the_same_version_computes_anew(root, computed, monkeypatch):
    january(Census(Ledger(root)))
    monkeypatch.setattr(answers, "_code", lambda: "other")
    january(Census(Ledger(root)))
    assert len(computed) == 2


def test_the_order_of_terms_is_part_of_the_key(root):
    """The first dimension is the one that peers have: two orders of the same terms may be two numbers."""
    kept = Census(Ledger(root)).answers
    assert kept is not None
    asked = [census.Request.build("ratio", of=dict(t), reading=["peers=x"]) for t in
             ([("family", "Qwen"), ("country", "CN")], [("country", "CN"), ("family", "Qwen")])]  # fmt: skip
    assert asked[0].canonical() == asked[1].canonical()
    assert kept.key(asked[0]) != kept.key(asked[1])


def test_a_measure_of_somebody_else_is_always_computed(root, computed, monkeypatch):
    monkeypatch.setattr(measure_registry, "_MEASURES", dict(measure_registry._MEASURES))

    @measure("mine", text="t", unit="downloads", phrase="{subject} {value}", citation="c")
    def mine(frame: Frame):
        sums = add_up(frame.subject(), ("span",))
        return sums.mutate(value=sums.estimate)

    mine.__module__ = "somebody.measures"
    for _ in range(2):
        Census(Ledger(root)).measure("mine", period="2026-01")
    assert computed == ["mine", "mine"]


def test_without_its_record_an_answer_is_computed_again_so_that_explain_knows_it(root, computed):
    first = january(Census(Ledger(root)))
    (root / "provenance" / f"{first.provenance.id}.json").unlink()
    assert january(Census(Ledger(root))) == first
    assert len(computed) == 2 and Ledger(root).provenance(first.provenance.id)


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"rows": [[1]]}', b"\xff"])
def test_an_entry_that_is_none_is_computed_again(root, computed, content):
    import gzip

    first = january(Census(Ledger(root)))
    (path,) = (root / "cache").iterdir()
    path.write_bytes(gzip.compress(content))
    assert january(Census(Ledger(root))) == first
    assert len(computed) == 2


def test_a_ledger_that_cannot_be_written_answers_and_keeps_nothing(root, computed, monkeypatch):
    def denied(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("modelcensus.ledger.cache.Cache.keep", denied)
    january(Census(Ledger(root))), january(Census(Ledger(root)))
    assert len(computed) == 2 and not (root / "cache").exists()


def test_what_was_not_recorded_is_not_kept(root, monkeypatch):
    def denied(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Ledger, "record", denied)
    assert january(Census(Ledger(root))).unrecorded
    assert not (root / "cache").exists()


def test_without_cache_nothing_is_kept_or_taken(root, computed):
    for _ in range(2):
        january(Census(Ledger(root), cache=False))
    assert len(computed) == 2 and not (root / "cache").exists()


def test_a_census_of_other_inputs_or_names_has_no_cache(root):
    whole = Census(Ledger(root))
    assert Census(Ledger(root), inputs=whole.inputs).answers is None
    assert Census(Ledger(root), also=["a/b"]).answers is None


def test_a_cached_answer_says_too_which_knowledge_is_in_use(root, tmp_path):
    january(Census(Ledger(root)))
    used = Ledger(root).vintages
    for path in (used.folder / "days").iterdir():
        path.unlink()
    january(Census(Ledger(root)))
    assert list((used.folder / "days").iterdir())
