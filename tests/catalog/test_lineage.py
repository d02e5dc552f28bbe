"""Lineage: how parents are stated, found, inferred from names, and what follows from them."""

from datetime import date

import pytest

from ledgers import catalog_of, fact
from modelcensus.catalog import load_knowledge


def rows(engine, *columns: str) -> dict[str, tuple]:
    return {
        r["repository"]: tuple(r[c] for c in columns)
        for r in engine.rows(f"select repository, {', '.join(columns)} from catalog")
    }


def how(engine) -> dict[str, tuple]:
    return {r["child"]: (r["parent"], r["how"], r["state"]) for r in engine.rows("select * from lineage")}


@pytest.mark.parametrize(
    "stated",
    [
        "a/base",
        "base_model:a/base base_model:quantized:a/base",
        "base_model:a/base;base_model:quantized:a/base",
        '["a/base"]',
        "a/base, a/base",
    ],
)
def test_parents_are_read_however_they_are_written(stated):
    engine = catalog_of([fact("a/base"), fact("b/child", base_model=stated)])
    assert rows(engine, "parents", "lineage_rule")["b/child"] == (["a/base"], "stated")


def test_the_stated_relation_is_kept_and_a_missing_one_inferred():
    facts = [
        fact("a/base"),
        fact("b/one", base_model="a/base", relation="adapter"),
        fact("b/two", base_model="base_model:quantized:a/base"),
        fact("b/three-GGUF", base_model="a/base"),
        fact("b/four", base_model="a/base", library="peft"),
        fact("b/five", base_model="a/base a/other"),
        fact("b/six", base_model="a/base"),
    ]
    found = {r: relation for r, (relation,) in rows(catalog_of(facts), "relation").items()}
    assert found == {
        "a/base": "none",
        "b/one": "adapter",
        "b/two": "quantized",
        "b/three-GGUF": "quantized",
        "b/four": "adapter",
        "b/five": "merge",
        "b/six": "finetune",
    }


def test_tags_state_parents_where_nothing_else_does():
    engine = catalog_of([fact("a/base"), fact("b/child", tags="gguf;base_model:quantized:a/base;license:mit")])
    assert rows(engine, "parents", "relation")["b/child"] == (["a/base"], "quantized")


def test_parents_are_found_under_other_letters_old_names_and_old_ids():
    facts = [
        fact("a/Base"),
        fact("zai-org/chatglm-x", hub_id="id1"),
        fact("openai-community/gpt2"),
        fact("new/name", hub_id="id2"),
        fact("c/case", base_model="A/base"),
        fact("c/renamed", base_model="THUDM/chatglm-x"),
        fact("c/legacy", base_model="gpt2"),
        fact("c/moved", base_model="old/name", base_model_ids="id2"),
        fact("c/missing", base_model="gone/away"),
    ]
    found = how(catalog_of(facts))
    assert {c: v[:2] for c, v in found.items()} == {
        "c/case": ("a/Base", "case"),
        "c/renamed": ("zai-org/chatglm-x", "renamed"),
        "c/legacy": ("openai-community/gpt2", "legacy"),
        "c/moved": ("new/name", "moved"),
        "c/missing": ("gone/away", "missing"),
    }


def test_a_missing_parent_is_a_root_with_a_family_but_no_repository_of_the_ledger():
    engine = catalog_of([fact("x/mine", base_model="Qwen/Qwen3-8B")])
    assert rows(engine, "root", "root_family", "root_region") == {"x/mine": ("Qwen/Qwen3-8B", "Qwen", "china")}


def test_a_cycle_is_broken_at_its_youngest_edge_and_reported():
    facts = [
        fact("c/a", base_model="c/b", created=date(2025, 1, 1)),
        fact("c/b", base_model="c/a", created=date(2026, 1, 1)),
        fact("c/self", base_model="c/self"),
    ]
    engine = catalog_of(facts)
    assert {c: v[2] for c, v in how(engine).items()} == {"c/a": "kept", "c/b": "cycle", "c/self": "self"}
    assert rows(engine, "root") == {"c/a": ("c/b",), "c/b": ("c/b",), "c/self": ("c/self",)}


INFERRED = {
    "TheBloke/Llama-2-7B-GGUF": ("meta-llama/Llama-2-7b-hf", "quantized"),
    "bartowski/Qwen_Qwen3-8B-GGUF": ("Qwen/Qwen3-8B", "quantized"),
    "unsloth/Qwen3-8B-unsloth-bnb-4bit": ("Qwen/Qwen3-8B", "quantized"),
    "mlx-community/Qwen3-8B-MLX-4bit": ("Qwen/Qwen3-8B", "quantized"),
    "someone/qwen3_8b-AWQ": ("Qwen/Qwen3-8B", "quantized"),
    "someone/Qwen-3-8B-FP8": ("Qwen/Qwen3-8B", "quantized"),
    "Qwen/Qwen3-8B-GPTQ": ("Qwen/Qwen3-8B", "quantized"),
    "someone/Qwen3-8B-abliterated": ("Qwen/Qwen3-8B", "finetune"),
    "other/Qwen3-8B-abliterated-i1-GGUF": ("someone/Qwen3-8B-abliterated", "quantized"),
    "someone/my-qwen3-8b-lora": ("Qwen/Qwen3-8B", "adapter"),
}


def test_names_tell_parents():
    facts = [fact(r) for r in (*INFERRED, "Qwen/Qwen3-8B", "meta-llama/Llama-2-7b-hf")]
    found = rows(catalog_of(facts), "parents", "relation", "lineage_rule")
    expected = {r: ([p], relation, "inferred") for r, (p, relation) in INFERRED.items()}
    expected["TheBloke/Llama-2-7B-GGUF"] = found["TheBloke/Llama-2-7B-GGUF"]  # "-hf" is no word of a conversion
    assert {r: found[r] for r in INFERRED} == expected
    assert found["Qwen/Qwen3-8B"] == ([], "none", "none")


def test_a_publisher_s_own_release_is_no_conversion_of_somebody_else_s():
    found = rows(catalog_of([fact("nvidia/Nemotron-X-BF16"), fact("someone/Nemotron-X")]), "parents")
    assert found["nvidia/Nemotron-X-BF16"] == ([],)


def test_a_distillation_has_the_family_of_its_brand_and_the_root_of_its_base():
    knowledge = load_knowledge().model_copy(update={"lineage": {}})
    names = [
        "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        "x/DeepSeek-R1-Distill-Qwen-7B-GGUF",
        "x/Qwen3-4B-Distill-DeepSeek-R1",
    ]
    found = rows(catalog_of([fact(n) for n in names], knowledge), "family", "root_family", "root_region")
    assert found[names[0]] == found[names[1]] == ("DeepSeek", "Qwen", "china")
    assert found[names[2]][:2] == ("Qwen", "Qwen")


def test_curated_parents_outrank_stated_ones():
    entry = next(d for d in load_knowledge().lineage.values() if d.parents)
    found = rows(catalog_of([fact(entry.repository, base_model="a/wrong")]), "parents", "lineage_rule")
    assert found[entry.repository] == (sorted(entry.parents), "curated")


def test_a_merge_is_shared_equally_and_its_children_inherit_the_shares():
    facts = [
        fact("m/merge", base_model="Qwen/Qwen3-8B meta-llama/Llama-3.1-8B", relation="merge"),
        fact("m/child", base_model="m/merge"),
        fact("m/same", base_model="Qwen/Qwen3-8B Qwen/Qwen3-4B"),
    ]
    engine = catalog_of(facts)
    shared = engine.rows("select repository, root_family, share from shared_roots order by all")
    assert [tuple(s.values()) for s in shared] == [
        (r, f, 0.5) for r in ("m/child", "m/merge") for f in ("Llama", "Qwen")
    ]
    found = rows(engine, "root_family", "depth")
    assert found["m/child"] == ("several", 2)
    assert found["m/same"] == ("Qwen", 1)


def test_adapters_have_no_size_and_conversions_that_of_their_parent():
    facts = [
        fact("a/base", params=6_900_000_000, params_from="safetensors.total"),
        fact(
            "a/base-AWQ",
            params=1_100_000_000,
            params_from="safetensors.total",
            base_model="a/base",
            relation="quantized",
        ),
        fact(
            "a/int",
            params=900_000_000,
            params_from="safetensors.total (packed)",
            base_model="a/base",
            relation="quantized",
        ),
        fact("a/lora-7b", params=10_000_000, base_model="a/base", relation="adapter"),
        fact("a/x-30B-A3B"),
    ]
    found = rows(catalog_of(facts), "params_b", "active_b", "size_rule")
    assert found["a/base-AWQ"] == found["a/int"] == (6.9, None, "parent")
    assert found["a/lora-7b"] == (None, None, "adapter")
    assert found["a/x-30B-A3B"] == (30, 3, "name")


def test_families_that_others_train_anew_are_no_parents():
    found = rows(
        catalog_of([fact("someone/bert-base-klingon"), fact("someone/llama-klingon")]), "root", "root_organization"
    )
    assert found["someone/bert-base-klingon"] == ("someone/bert-base-klingon", "someone")
    assert found["someone/llama-klingon"] == (None, "meta-llama")


def test_hub_ids_stay_with_their_parents():
    facts = [fact(f"new/{x}", hub_id=f"id{x}") for x in "abc"]
    facts.append(fact("k/m", base_model="old/b old/a old/c", base_model_ids="idb ida idc"))
    found = catalog_of(facts).rows("select stated, parent from lineage order by stated")
    assert [tuple(r.values()) for r in found] == [(f"old/{x}", f"new/{x}") for x in "abc"]
