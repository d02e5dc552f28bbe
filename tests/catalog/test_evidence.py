"""`catalog show`: every attribution has a rule, and what it rests on is named."""

import pytest

from ledgers import batch_of, day, fact, ledger_of
from modelcensus.catalog import explain_repository
from modelcensus.measures import Census

NAMES = [
    "Qwen/Qwen3-8B",
    "unsloth/Qwen3-8B-GGUF",
    "THUDM/chatglm3-6b",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "nobody-has-looked/zzz",
    "someone/lora",
    "m/merge",
    "no-slash",
    "x/<script>'; drop table facts; --",
]


@pytest.fixture(scope="module")
def census(tmp_path_factory):
    facts = [
        fact(
            "Qwen/Qwen3-8B",
            params=8_190_000_000,
            params_from="safetensors.total",
            license="apache-2.0",
            architecture="qwen3",
        ),
        fact("unsloth/Qwen3-8B-GGUF", base_model="Qwen/Qwen3-8B", relation="quantized"),
        fact("someone/lora", base_model="qwen/qwen3-8b", library="peft", created=day(3)),
        fact("m/merge", base_model="Qwen/Qwen3-8B meta-llama/Llama-3.1-8B"),
        fact("c/self", base_model="c/self"),
    ]
    ledger = ledger_of(tmp_path_factory.mktemp("ledger"), batch_of("dump", "hub", facts=facts))
    return Census(ledger, also=NAMES)


def told(census, repository: str) -> dict[str, object]:
    return {e.field: e for e in explain_repository(census.engine, census.knowledge, repository)}


@pytest.mark.parametrize("name", NAMES)
def test_everything_has_a_value_and_a_rule(census, name):
    for evidence in told(census, name).values():
        assert evidence.value and evidence.rule
        assert evidence.day or not evidence.file


def test_values_name_their_file_or_batch(census):
    found = told(census, "Qwen/Qwen3-8B")
    assert found["family"].file == "families/qwen.yml" and "'qwen'" in found["family"].why
    assert found["generation"].value == "Qwen3"
    assert found["license"].file.startswith("batch ") and found["params_b"].file.startswith("batch ")
    assert found["license_class"].file == "licenses.yml"
    assert found["country"].value == "CN" and found["organization"].file == "organizations/china.yml"
    assert found["architecture_organization"].value == "Qwen"


def test_lineage_says_how_each_parent_is_known(census):
    assert told(census, "unsloth/Qwen3-8B-GGUF")["lineage 1"].rule == "stated"
    assert "other letters" in told(census, "someone/lora")["lineage 1"].why
    curated = told(census, "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B")["lineage 1"]
    assert (curated.rule, curated.file) == ("curated", "lineage.yml")
    assert told(census, "c/self")["lineage 1"].why.startswith("names itself")
    assert told(census, "m/merge")["root"].value == "50.0% Llama (meta-llama), 50.0% Qwen (Qwen)"


def test_a_former_namespace_and_an_unreviewed_one_are_said_so(census):
    assert "THUDM" in told(census, "THUDM/chatglm3-6b")["organization"].rule
    assert told(census, "nobody-has-looked/zzz")["country"].value == "unreviewed"


def test_what_the_ledger_has_not_seen_is_said(census):
    assert set(census.unseen) == set(NAMES) - {"Qwen/Qwen3-8B", "unsloth/Qwen3-8B-GGUF", "someone/lora", "m/merge"}
