"""A large ledger keeps its flows by month beside what its repositories are: every answer is that of a small one."""

import random
import shutil

import pytest

import modelcensus
from ledgers import batch_of, fact, ledger_of, observation
from modelcensus.flows import counters
from modelcensus.measures import census as census_module
from modelcensus.measures import measures
from modelcensus.vocabulary import RequestError

REQUESTS = [
    {"measure": "downloads", "by": ["organization", "month"]},
    {"measure": "downloads", "by": ["region", "month"]},
    {"measure": "downloads", "by": ["repository", "month"]},
    {"measure": "downloads", "of": {"repository": "meta-llama/still"}, "by": "month"},
    {"measure": "share", "of": {"region": "china"}, "by": "month"},
    {"measure": "share", "of": {"organization": "Qwen"}, "within": "where: params_b < 10", "by": "month"},
    {"measure": "share", "of": {"organization": "Qwen"}, "by": "month", "reading": {"peers": "ranks:1..2"}},
    {"measure": "ratio", "of": {"organization": "Qwen"}, "by": "month", "reading": {"peers": "meta-llama"}},
    {"measure": "rank", "by": ["organization", "month"]},
    {"measure": "rank", "by": ["region", "month"]},
    {"measure": "downloads", "by": ["variant", "month"]},
    {"measure": "downloads", "by": ["root_family", "month"]},
    {"measure": "downloads", "by": ["size_class", "month"]},
    {"measure": "downloads", "by": ["age", "month"]},
    {"measure": "downloads", "by": ["organization"], "period": "2026-01..2026-03"},
    {"measure": "cumulative", "by": ["region", "month"]},
    {"measure": "cumulative", "by": ["size_class", "month"], "reading": {"origin": "2026-02"}},
    {"measure": "share", "of": {"organization": "Qwen"}, "within": "mainline", "period": "2026-01..2026-03"},
    {"measure": "downloads", "by": ["age"], "period": ["2026-01..2026-02", "2026-02..2026-04"]},
    {"measure": "downloads", "by": ["variant"], "period": ["2026-01..2026-02", "2026-03"]},
    {"measure": "downloads", "by": ["root_family"], "period": "2026-01..2026-02"},
    {"measure": "downloads", "by": ["organization", "month"], "reading": {"repair": "none"}},
    {"measure": "growth", "of": {"region": "china"}, "by": "month", "period": "2026-01..2026-04"},
    {"measure": "crossover", "of": {"region": "us"}, "reading": {"peers": "region:china"}},
]


def rows():
    names = [
        "Qwen/Qwen3-8B",
        "Qwen/Qwen3-0.6B-GGUF",
        "meta-llama/Llama-3.1-8B",
        "meta-llama/still",
        "google/gemma-3-4b-it",
    ]
    for i, name in enumerate(names):
        for on in range(3 + i, 140, 6):
            value = 1_000 if name.endswith("still") else 100 * (i + 1) + 13 * (i + 2) * on
            yield observation(name, "all_time", value if on < 100 or i != 1 else value - 300, on)
    for on in range(4, 140, 9):
        yield observation("mistralai/Mistral-7B-v0.1", "rolling_30d", 700 + on, on)


@pytest.fixture
def opened_at(tmp_path, monkeypatch):
    def opened(large: bool):
        root = tmp_path / str(large)
        facts = [fact(r, created=None) for r in sorted({x["repository"] for x in rows()})]
        if not root.exists():
            ledger_of(root, batch_of("dump", "hub", observations=list(rows()), facts=facts))
        monkeypatch.setattr(census_module, "LARGE", 10 if large else 10**9)
        monkeypatch.setattr(counters, "MOST_KEPT", 10 if large else 10**9)
        return modelcensus.open(root)

    return opened


@pytest.mark.parametrize("request_of", REQUESTS, ids=str)
def test_answers_are_those_of_a_small_ledger(opened_at, request_of):
    small = opened_at(False).measure(**request_of)
    for _ in range(2):  # the second opening finds what the first one kept
        large = opened_at(True).measure(**request_of)
        assert [r.as_dict() for r in large.rows] == [r.as_dict() for r in small.rows]


ASKED = [
    {"of": {"organization": "Qwen"}, "by": "month"},
    pytest.param({"of": {"organization": "Qwen"}, "period": ["2026-02", "2026-03"]}, marks=pytest.mark.slow),
    pytest.param(
        {"of": {"repository": "Qwen/Qwen3-8B"}, "by": "month", "period": "2026-01..2026-04"}, marks=pytest.mark.slow
    ),
    pytest.param({"by": ["region"], "period": "2026-03"}, marks=pytest.mark.slow),
]


@pytest.mark.parametrize("asked", ASKED, ids=str)
@pytest.mark.parametrize("measure", sorted(measures()))
def test_every_measure_says_of_a_large_ledger_what_it_says_of_a_small_one(opened_at, measure, asked):
    try:
        small = opened_at(False).measure(measure, **asked)
    except RequestError as error:
        with pytest.raises(RequestError) as refused:
            opened_at(True).measure(measure, **asked)
        assert str(refused.value) == str(error)
        return
    large = opened_at(True).measure(measure, **asked)
    assert [r.as_dict() for r in large.rows] == [r.as_dict() for r in small.rows]
    assert (large.notes, large.sentence()) == (small.notes, small.sentence())


def test_what_is_kept_follows_the_knowledge_and_the_batches(opened_at, tmp_path):
    asked = {"measure": "downloads", "by": ["region", "month"], "period": "2026-02"}
    before = opened_at(True).measure(**asked)
    root = tmp_path / "True"
    later = [observation("Qwen/new", "all_time", v, on) for on, v in ((30, 0), (40, 5_000), (70, 6_000))]
    ledger_of(root, batch_of("second", "hub", observations=later, facts=[fact("Qwen/new")]))
    after = opened_at(True).measure(**asked)
    assert [r.as_dict() for r in before.rows] != [r.as_dict() for r in after.rows]
    assert len(list((root / "derived" / "catalog").iterdir())) == 1


def test_the_views_of_a_large_ledger_are_those_of_a_small_one(opened_at):
    asked = "select * from flows where month between '2026-01-01' and '2026-04-01' order by all"
    small, large = (opened_at(size).connect(views=["flows"]).execute(asked).fetchall() for size in (False, True))
    assert large == small and len(small) >= 4


def test_damage_to_what_is_kept_changes_no_number_and_is_told(opened_at, tmp_path):
    asked = {"measure": "share", "by": ["organization", "month"], "period": "2026-02..2026-03"}
    right = [r.as_dict() for r in opened_at(True).measure(**asked).rows]
    kept, rng = tmp_path / "True" / "derived", random.Random(3)
    names = sorted(p.relative_to(kept) for p in kept.rglob("*") if p.is_file() and p.name != "looked-at.json")
    assert {p.name for p in names} >= {"catalog.parquet", "moved-2026-02-01.parquet", "quiet.parquet", "fold.json"}
    for name in rng.sample(names, 10):
        path = kept / name
        content = bytearray(path.read_bytes())
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        path.write_bytes(rng.choice((content, content[: len(content) // 2])))
        shutil.rmtree(tmp_path / "True" / "cache")
        assert [r.as_dict() for r in opened_at(True).measure(**asked).rows] == right, name
