"""How right the catalog is: scores against labels by hand, and against the reference data at the rates we promise."""

import csv
import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ledgers import batch_of, catalog_of, fact, ledger_of, observation
from modelcensus.catalog import load_knowledge, read_labels, score_labels
from modelcensus.measures import Census
from modelcensus.vocabulary import InputError

LABELS = Path(__file__).parent / "labels"
NOTHING = {"other", "unattributed", "several"}


def test_scores_by_count_and_by_downloads(tmp_path):
    counted = {"Qwen/Qwen3-8B": 700, "x/llama-7b": 200, "x/zzz": 90, "x/qwen-fake": 10}
    rows = [observation(r, "rolling_30d", v, 5) for r, v in counted.items()]
    census = Census(ledger_of(tmp_path, batch_of("b", "hub", observations=rows)))
    labels = pa.table({
        "repository": [*counted, "gone/away"],
        "family": ["Qwen", "Mistral", "+Own", "?", "Qwen"],
        "params_b": ["8.2", "7", "", None, "1"],
    })  # fmt: skip
    family, size = score_labels(census.engine, labels)
    assert (family.labelled, family.found, family.right) == (3, 3, 2)
    assert (family.labelled_downloads, family.right_downloads) == (990, 790)
    assert family.confused == (("Mistral", "Llama", 1, 200),)
    assert (size.labelled, size.right) == (2, 2)
    assert family.as_dict()["precision"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,family\na,b\n", "repository"),
        ("repository,famly\na,b\n", "famly"),
        ("repository\na\n", "beside"),
        ("", "label"),
    ],
)
def test_labels_that_are_none_are_refused(tmp_path, content, said):
    path = tmp_path / "labels.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=said):
        read_labels(path)


def judged(ids, knowledge=None) -> dict[str, dict]:
    engine = catalog_of([fact(i) for i in ids], knowledge)
    return {r["repository"]: r for r in engine.rows("select * from catalog")}


def labelled(rows, found) -> list[bool]:
    right = []
    for repository, label in rows:
        ours = found[repository]["family"]
        right.append(ours == label.lstrip("+") or (label.startswith("+") and ours in NOTHING))
    return right


def test_families_of_tracked_models(real_data):
    """At least 98 % by count, and 99.5 % by the downloads that the bundled sample knows of them."""
    rows = list(csv.DictReader(real_data("tracked-models/models_2026-08-17.csv").open()))
    labels = list(csv.DictReader((LABELS / "tracked_2026-08-17.csv").open()))
    assert len(labels) == len(rows)
    pairs = [(rows[int(r["row"]) - 1]["modelId"], r["family"]) for r in labels]
    right = labelled(pairs, judged({r for r, _ in pairs}))
    assert sum(right) / len(right) >= 0.98
    sample = duckdb.sql(f"""select model_id, max(downloads_30d) from
        '{real_data("hub-rolling/hub_rolling30_2026-04_2026-10.parquet")}' group by 1""").fetchall()  # fmt: skip
    weight = dict(sample)
    weights = [weight.get(r, 0) for r, _ in pairs]
    assert sum(w for w, yes in zip(weights, right, strict=True) if yes) / sum(weights) >= 0.995


@pytest.mark.parametrize(("name", "families", "roots"), [("unseen_orgs", 0.9, 0.9), ("new_repos", 0.95, 0.93)])
def test_generality(name, families, roots):
    """Organizations that no rule writer looked at, and repositories younger than the rules: by name alone, where the
    label is a family of the list."""
    rows = list(csv.DictReader((LABELS / f"{name}.csv").open()))
    found = judged([r["repository"] for r in rows])
    known = set(load_knowledge().families)
    for column, least in (("family", families), ("root_family", roots)):
        told = [(r["repository"], r[column]) for r in rows if r[column] in known]
        right = sum(found[repository][column] == label for repository, label in told)
        assert len(told) > 150
        assert right / len(told) >= least, (column, right, len(told))


def test_quantized_parents_from_names_alone(real_data):
    """At least 90 % of the stated parents of quantized repositories, where all their names are known."""
    meta = duckdb.sql(
        f"select model_id, base_model_tags from '{real_data('gguf-daily/model_meta.parquet')}'"
    ).fetchall()
    stated = {
        m: {p.lower() for p in re.findall(r"base_model:(?:\w+:)?([^;:]+/[^;]+)", tags or "")}
        for m, tags in meta
        if "base_model:quantized:" in (tags or "")
    }
    spelled = {p for _, tags in meta for p in re.findall(r"base_model:(?:\w+:)?([^;:]+/[^;]+)", tags or "")}
    sample = duckdb.sql(f"""select distinct model_id from
        '{real_data("hub-rolling/hub_rolling30_2026-04_2026-10.parquet")}'""").fetchall()  # fmt: skip
    found = judged({m for m, _ in meta} | spelled | {r for (r,) in sample})
    right = sum(bool({p.lower() for p in found[m]["parents"]} & parents) for m, parents in stated.items())
    assert len(stated) > 4000
    assert right / len(stated) >= 0.90


def test_root_families_of_fine_tunes_from_names_alone(real_data):
    """Found for at least 60 %, and right in at least 95 % of those found; the truth is what the dump states."""
    rows = duckdb.sql(f"""select id, array_to_string(list_transform(baseModels.models, lambda m: m.id), ' '),
        baseModels.relation from '{real_data("hub-dump/models.parquet")}'""").fetchall()  # fmt: skip
    truth_engine = catalog_of([fact(i, base_model=p or None, relation=relation) for i, p, relation in rows])
    truth = {
        r["repository"]: r["root_family"] for r in truth_engine.rows("select repository, root_family from catalog")
    }
    found = judged({i for i, _, _ in rows} | {p for _, ps, _ in rows for p in (ps or "").split()})
    tuned = [i for i, p, relation in rows if relation == "finetune" and p and truth[i] not in NOTHING]
    told = [i for i in tuned if found[i]["root_family"] not in NOTHING]
    assert len(told) / len(tuned) >= 0.60
    assert sum(found[i]["root_family"] == truth[i] for i in told) / len(told) >= 0.95


def test_sizes_of_the_reference_list(real_data):
    """At least 97 % within 5 %; without the curated ones the rate is in docs/catalog.md."""
    rows = list(csv.DictReader(real_data("tracked-models/model_parameters.csv").open()))
    found = judged([r["model_id"] for r in rows])
    right = [
        found[r["model_id"]]["params_b"] is not None
        and abs(found[r["model_id"]]["params_b"] - float(r["total_params_b"])) <= 0.05 * float(r["total_params_b"])
        for r in rows
    ]
    assert sum(right) / len(right) >= 0.97


def test_nearly_all_downloads_have_a_family_or_a_reviewed_other(real_data):
    files = {
        "hub-dump/models.parquet": ("id", "downloads", "pipeline_tag"),
        "hub-rolling/hub_rolling30_2026-04_2026-10.parquet": ("model_id", "downloads_30d", "pipeline_tag"),
        "gguf-daily/gguf_mlx_rolling30_2026-05_2026-08.parquet": ("model_id", "downloads_30d", "'text-generation'"),
    }
    for name, (repository, downloads, task) in files.items():
        rows = duckdb.sql(f"""select {repository}, max({downloads}), any_value({task}) from '{real_data(name)}'
            group by 1""").fetchall()  # fmt: skip
        architectures = {}
        if "rolling30_2026-04" in name:
            architectures = dict(
                duckdb.sql(f"select model_id, max(architecture) from '{real_data(name)}' group by 1").fetchall()
            )
        engine = catalog_of([fact(r, pipeline_tag=t, architecture=architectures.get(r)) for r, _, t in rows])
        family = {r["repository"]: r["family"] for r in engine.rows("select repository, family from catalog")}
        text = [(w, family[r]) for r, w, t in rows if t in ("text-generation", "image-text-to-text")]
        assert sum(w for r, w, _ in rows if family[r] != "unattributed") / sum(w for _, w, _ in rows) >= 0.99, name
        assert sum(w for w, f in text if f == "other") / sum(w for w, _ in text) <= 0.10, name
