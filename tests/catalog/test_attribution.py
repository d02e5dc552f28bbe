"""What a repository's name and facts make of it: family, size, organization; whatever the name contains."""

import time

import pytest

from ledgers import catalog_of, fact
from modelcensus.catalog import load_knowledge, resolve_scope

SIZES = {
    "x/Mixtral-8x7B-v0.1": 56,
    "x/Qwen3-30B-A3B": 30,
    "x/model-0.5b": 0.5,
    "x/model-500M": 0.5,
    "x/phi-1_5B": 1.5,
    "x/vicuna-7b-v1.5": 7,
    "x/model-1.5B-instruct": 1.5,
    "x/model-405b": 405,
    "x/Model-v2": None,
    "x/model-2b2": None,
    "x/4bit-model": None,
}
FAMILIES = {
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B": "DeepSeek",
    "someone/Qwen2.5-7B-DeepSeek-merge": "Qwen",
    "Qwen/Qwen3-8B": "Qwen",
    "someone/my-qwen3-finetune": "Qwen",
    "microsoft/phi-4": "Phi",
    "meta-llama/Llama-3.1-8B-Instruct": "Llama",
    "mistralai/Mistral-7B-v0.1": "Mistral",
}
EDGES = {
    0.999e9: "<1",
    1e9: "1-5",
    4.999e9: "1-5",
    5e9: "5-10",
    9.999e9: "5-10",
    10e9: "10-50",
    50e9: "50-100",
    100e9: "100-250",
    249.9e9: "100-250",
    250e9: ">=250",
    1000e9: ">=250",
}


def columns(engine, *names: str) -> dict[str, tuple]:
    rows = engine.rows(f"select repository, {', '.join(names)} from catalog")
    return {r["repository"]: tuple(r[n] for n in names) for r in rows}


def test_sizes_stated_in_names():
    found = columns(catalog_of([fact(r) for r in SIZES]), "params_b", "size_rule")
    assert {r: p for r, (p, _) in found.items()} == pytest.approx(SIZES)
    assert {rule for p, rule in found.values() if p is not None} == {"name"}


def test_a_curated_size_outranks_a_stated_one_and_a_stated_one_the_name():
    size = next(s for s in load_knowledge().sizes.values() if s.total_b > 1)
    rows = [fact(size.repository, params=1), fact("x/model-7b", params=6_900_000_000, params_from="safetensors")]
    found = columns(catalog_of(rows), "params_b", "size_rule")
    assert found[size.repository] == (size.total_b, "curated")
    assert found["x/model-7b"] == (6.9, "safetensors")


def test_in_packed_formats_the_name_outranks_the_stored_count():
    """A four-bit tensor holds several parameters in an element."""
    found = columns(catalog_of([fact("x/model-7b-AWQ", params=1_200_000_000)]), "params_b", "size_rule", "format")
    assert found["x/model-7b-AWQ"] == (7.0, "name", "awq")


def test_size_classes_are_closed_on_the_left():
    facts = [fact(f"x/model-{i}", params=int(p)) for i, p in enumerate(EDGES)]
    found = columns(catalog_of([*facts, fact("x/none")]), "size_class")
    assert [found[f"x/model-{i}"][0] for i in range(len(EDGES))] == list(EDGES.values())
    assert found["x/none"] == ("unknown",)


def test_the_leftmost_word_of_a_name_gives_the_family():
    found = columns(catalog_of([fact(r) for r in FAMILIES]), "family", "family_rule")
    assert {r: f for r, (f, _) in found.items()} == FAMILIES
    assert {rule for _, rule in found.values()} == {"name"}


@pytest.mark.parametrize("name", ["dolphin-2.9", "philosophy-model", "sphinx-7b", "grapheme"])
def test_a_short_word_inside_another_is_none(name):
    assert columns(catalog_of([fact(f"x/{name}")]), "family")[f"x/{name}"][0] != "Phi"


def test_an_architecture_gives_the_family_where_the_name_does_not():
    found = columns(catalog_of([fact("x/zzz", architecture="Qwen3"), fact("x/yyy")]), "family", "family_rule")
    assert found["x/zzz"] == ("Qwen", "architecture")
    assert found["x/yyy"] == ("unattributed", "none")


def test_unreviewed_unknown_and_other_are_three_things():
    knowledge = load_knowledge()
    unknown = next(o for o in knowledge.organizations.values() if o.country == "unknown")
    facts = [fact("nobody-has-looked/zzz"), fact(f"{unknown.namespace}/zzz"), fact("ai21labs/zzz")]
    found = columns(catalog_of(facts), "country", "region", "kind")
    assert found["nobody-has-looked/zzz"] == ("unreviewed", "unreviewed", "unreviewed")
    assert found[f"{unknown.namespace}/zzz"][:2] == ("unknown", "unknown")
    assert found["ai21labs/zzz"][:2] == ("IL", "other")


def test_a_former_namespace_counts_for_the_organization_of_today():
    knowledge = load_knowledge()
    renamed = next(
        o for o in knowledge.organizations.values() if o.former and o.former[0] not in knowledge.organizations
    )
    found = columns(catalog_of([fact(f"{renamed.former[0]}/zzz")]), "organization", "country")
    assert found[f"{renamed.former[0]}/zzz"] == (renamed.namespace, renamed.country)


def test_an_organization_is_not_inherited_from_the_base_model():
    found = columns(
        catalog_of([fact("nobody-has-looked/Qwen3-8B-tuned", base_model="Qwen/Qwen3-8B", relation="finetune")]),
        "organization",
        "region",
        "family",
        "first_party",
    )
    assert found["nobody-has-looked/Qwen3-8B-tuned"] == ("nobody-has-looked", "unreviewed", "Qwen", False)


HOSTILE = [
    "x/'; drop table facts; --",
    'x/" or 1=1',
    "x/<script>alert(1)</script>-7b",
    "x/line\nbreak-7b",
    "x/tab\tand\r\nreturn",
    "x/" + "a" * 10_000,
    "x/" + "qwen-" * 2_000,
    "x/" + "7" * 10_000 + "b",
    "x/" + "1x" * 5_000 + "b",
    "x/\u202eright-to-left\u0000null".replace("\u0000", ""),
    "x/模型-7b",
    "x/🦙-8x7b",
    "x/{format}%s$1\\1",
    "no-slash",
    "/",
    "",
    "a/b/c/d",
    "=1+1/cmd|' /C calc'!A0",
]


def test_hostile_names_neither_break_nor_hang():
    began = time.monotonic()
    engine = catalog_of([fact(r) for r in HOSTILE])
    found = columns(engine, "organization", "params_b", "family")
    assert set(found) == set(HOSTILE)
    assert found["x/模型-7b"][1] == found["x/<script>alert(1)</script>-7b"][1] == 7
    assert found["x/🦙-8x7b"][1] == 56
    assert found["x/" + "qwen-" * 2_000][2] == "Qwen"
    assert time.monotonic() - began < 20
    for scope in load_knowledge().scopes:
        assert resolve_scope(engine, load_knowledge(), scope).size <= len(HOSTILE)


def test_hostile_facts_are_only_text():
    odd = "'; drop table facts; --"
    facts = [fact("x/y", license=odd, architecture=odd, pipeline_tag=odd, library=odd, base_model=odd, tags=odd)]
    found = columns(catalog_of(facts), "license", "architecture", "task", "license_class")
    assert found["x/y"] == (odd, odd, odd, "unreviewed")


def test_most_of_the_sample_s_downloads_are_attributed(sample):
    row = sample.engine.rows("""
        select sum(value) filter (where family not in ('unattributed', 'other')) / sum(value) as family,
               sum(value) filter (where country <> 'unreviewed') / sum(value) as organization,
               sum(value) filter (where family = 'unattributed') / sum(value) as unattributed
        from observations join catalog using (repository)""")[0]
    assert row["family"] > 0.95
    assert row["organization"] > 0.95
    assert row["unattributed"] < 0.05
