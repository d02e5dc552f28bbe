"""Every vendored rule is read, and the compiled expression agrees with a naive interpreter on random paths."""

import importlib.util
import json
import random
import re
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from modelcensus.counting.rules import parse_rule, rule_dates, rule_set
from modelcensus.counting.rules.history import documented, read_rules, vendored
from modelcensus.vocabulary import InputError

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "rules"
_spec = importlib.util.spec_from_file_location("naive_rules", Path(__file__).with_name("naive.py"))
naive = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(naive)

VERSIONS = [v.version for v in rule_dates()]
SPREAD = VERSIONS[:: len(VERSIONS) // 5]


def _published(version):
    """The published rules that are in force with a version, as the files hold them."""
    day = next(v.not_after for v in rule_dates() if v.version == version)
    said = documented()

    def at(history):
        return ([h for h in history if h.since <= day] or history[:1])[-1].rule

    table = {**vendored().at(version), **{k: at(h) for k, h in said.libraries.items()}}
    return table, at(said.without_rule), at(said.every_repository)


def _near(rule):
    """Paths that a rule may mean: one per equality or pattern in it."""
    if isinstance(rule, str):
        shaped = {"path": "{}", "path_extension": "name.{}", "path_filename": "{}.json", "path_prefix": "{}x.pt"}
        return [shaped[f].format(v) for f, v in re.findall(r'(path\w*):"?([^"\s()]+)"?', rule)]
    [(kind, asked)] = rule.items()
    if kind == "bool":
        return [path for queries in asked.values() for query in queries for path in _near(query)]
    values = [v for value in asked.values() for v in (value if isinstance(value, list) else [value])]
    return [v.replace("[^/]*\\", "name") for v in values]


def _random_paths(version, number, seed):
    """Paths near the rules: what they mean, and that changed in every sort of way."""
    draw = random.Random(seed)
    table, otherwise, always = _published(version)
    libraries = [*table, *vendored().libraries, None, None, "no-such-library", ""]
    known = sorted({path for rule in (*table.values(), otherwise, always) for path in _near(rule)})
    odd = ["model", ".gitattributes", ".meta-huggingface.json", "model.tar.gz", "x.", "..y", ".gguf", ""]
    rows = []
    for _ in range(number):
        library = draw.choice(libraries)
        path = draw.choice(_near(table.get(library, otherwise)) if draw.random() < 0.6 else [*known, *odd])
        path = path.replace("*", draw.choice(["", "a", "a/b"]))
        change = draw.random()
        if change < 0.1:
            path = f"{draw.choice(known).replace('/', '')}.{path.rpartition('.')[2]}"
        elif change < 0.25:
            path = f"{draw.choice(['a', 'a/b', 'unet', '.x', 'ä ö'])}/{path}"
        elif change < 0.35:
            path = draw.choice([path.upper(), path + draw.choice(["x", ".", "/", "\n"]), path[1:], "." + path])
        rows.append((path, library))
    return rows


def _said(rules, rows):
    """What a set of rules says of paths with libraries, in their order."""
    numbers = pa.array(range(len(rows)), pa.int64())
    paths, libraries = (pa.array([r[i] for r in rows], pa.string()) for i in (0, 1))
    with duckdb.connect() as db:
        db.register("asked", pa.table({"n": numbers, "path": paths, "library": libraries}))
        return [c for (c,) in db.sql(f"select {rules.counts('path', 'library')} from asked order by n").fetchall()]


def _compare(version, number, seed):
    drawn = _random_paths(version, number, seed)
    rows = list(dict.fromkeys(drawn))  # what was drawn twice is asked once
    table, otherwise, always = _published(version)
    got = _said(rule_set(version), rows)
    expected = [naive.counts(table, otherwise, always, path, library) for path, library in rows]
    wrong = [(row, g, e) for row, g, e in zip(rows, got, expected, strict=True) if g != e]
    assert not wrong, f"version {version}, seed {seed}: {wrong[:5]}"
    counting = {row for row, counts in zip(rows, expected, strict=True) if counts}
    assert 0.05 < sum(row in counting for row in drawn) / number < 0.95


@pytest.mark.parametrize("version", [*SPREAD, VERSIONS[-1]])
def test_the_compiled_expression_equals_a_naive_interpreter(version):
    _compare(version, 8_000, seed=VERSIONS.index(version))


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_the_compiled_expression_equals_a_naive_interpreter_on_200_000_paths(version):
    _compare(version, 200_000, seed=1_000 + VERSIONS.index(version))


def test_every_rule_of_every_version_is_read():
    rules = {json.dumps(h.rule) for history in vendored().libraries.values() for h in history if h.rule is not None}
    assert len(rules) > 120
    for rule in rules:
        parse_rule(json.loads(rule))


def test_versions_come_in_order_with_days_that_can_be():
    dated = rule_dates()
    assert len(dated) >= 10
    assert all(v.not_before <= v.not_after for v in dated)
    assert [v.not_after for v in dated] == sorted(v.not_after for v in dated)
    assert [v.not_before for v in dated] == sorted(v.not_before for v in dated)


def test_the_newest_version_is_the_table_that_was_recorded():
    if not DATA.is_dir():
        pytest.skip("the recorded table lies in ../shared/data/rules, which is not here")
    recorded = json.loads((DATA / "count_rules_0.21.54.json").read_text())
    assert vendored().at("0.21.54") == recorded


@pytest.mark.parametrize(
    ("path", "library", "counted"),
    [
        ("config.json", None, True),
        ("config.json", "transformers", True),
        ("sub/config.json", "transformers", False),
        ("params.json", None, True),
        ("pytorch_model.bin", "transformers", False),
        ("deep/down/q4.gguf", "transformers", True),
        ("q4.GGUF", None, False),
        ("config.json", "keras", True),
        ("model.keras", "keras", True),
        ("a/b/config.json", "hunyuan3d-2", True),
        ("config.yaml", "hunyuan3d-2", True),
        ("any/file.json", "nemo", True),
        ("model.pth", "ssr-speech", False),  # published with a dot that no extension holds
        ("config.json", "diffusers", False),
        ("model_index.json", "diffusers", True),
        ("modular_model_index.json", "diffusers", True),
        ("unet/model.safetensors", "diffusers", False),
        ("model.safetensors", "diffusers", True),
        ("Encoder.mlmodelc/model.mil", "whisperkit", True),
        ("model.mil", "whisperkit", False),
    ],
)
def test_what_counts_under_the_newest_rules(path, library, counted):
    assert _said(rule_set(), [(path, library)]) == [counted]


def test_documented_changes_have_their_days():
    def counted(day, path, library=None):
        return _said(rule_set(day), [(path, library)])[0]

    assert not counted(date(2025, 7, 24), "params.json")
    assert counted(date(2025, 7, 25), "params.json")
    assert not counted(date(2026, 8, 5), "modular_model_index.json", "diffusers")
    assert counted(date(2026, 8, 6), "modular_model_index.json", "diffusers")


def test_a_day_means_the_newest_version_that_was_certainly_out():
    rules = rule_set(date(2026, 7, 20))
    assert rules.version == "0.21.27"
    assert rules.dated <= date(2026, 7, 20)
    assert "0.21.54" in rules.perhaps  # what its text names cannot exclude it
    first = rule_dates()[0]
    assert rule_set(first.not_before).published[0] == first.not_before
    with pytest.raises(InputError, match="no rules are known for 2023-05-01"):
        rule_set(date(2023, 5, 1))
    with pytest.raises(InputError, match=r"no rules of '0\.21\.5444'"):
        rule_set("0.21.5444")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ('path:"a" OR path:"b" AND path:"c"', "character 22: AND and OR beside each other"),
        ('path:"a', "character 6: a quotation mark that is not closed"),
        ('pth:"a"', "character 1: 'pth' is not a field"),
        ('path "a"', "a colon is expected"),
        ("", "a field is expected after the end"),
        ('path:"a" path:"b"', "AND or OR is expected, not 'path'"),
        ('(path:"a"', "the closing parenthesis is expected after the end"),
        ('path:"a")', "character 9: '\\)' is not expected"),
        ('NOT path:"a"', "NOT is not expected here"),
        ("path:", "a value is expected after the end"),
        ({"term": {"size": "1"}}, "'size' is not a field"),
        ({"fuzzy": {"path": "a"}}, "'fuzzy' is not a query"),
        ({"bool": {"may": []}}, "'may' is not a part of bool"),
        ({"term": {"path": "a"}, "wildcard": {"path": "b"}}, "one kind of query"),
        (7, "not int"),
    ],
)
def test_a_wrong_rule_says_what_and_where(rule, says):
    with pytest.raises(InputError, match=says):
        parse_rule(rule, "rule of x")


def test_a_table_of_ones_own_is_read_like_the_vendored_one(tmp_path):
    own = tmp_path / "rules.json"
    own.write_text(vendored().model_dump_json())
    assert rule_set(None, read_rules(own)) == rule_set()
    own.write_text('{"versions": 1}')
    with pytest.raises(InputError, match=r"write it with scripts/hub_rules\.py"):
        read_rules(own)
