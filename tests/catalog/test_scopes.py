"""Scopes: what they resolve to, and which expressions they refuse."""

import pytest

from ledgers import catalog_of, day, fact, table
from modelcensus.catalog import load_knowledge, resolve_scope
from modelcensus.catalog.scopes import COLUMNS, check_expression
from modelcensus.vocabulary import LISTS, KnowledgeError, RequestError


@pytest.fixture(scope="module")
def engine():
    facts = [
        fact("Qwen/Qwen3-8B", pipeline_tag="text-generation"),
        fact("Qwen/Qwen3-8B-GGUF", pipeline_tag="text-generation"),
        fact("Qwen/Qwen3-Embedding-8B", pipeline_tag="feature-extraction"),
        fact("unsloth/Qwen3-8B", pipeline_tag="text-generation"),
        fact("openai/whisper-large-v3", pipeline_tag="automatic-speech-recognition"),
        fact("nobody-has-looked/model", pipeline_tag="text-generation"),
    ]
    made = catalog_of(facts)
    rows = [
        {"list": "mine", "listed_on": day(d), "repository": r}
        for d, r in ((0, "Qwen/Qwen3-8B"), (9, "Qwen/Qwen3-8B"), (9, "openai/whisper-large-v3"), (9, "gone/away"))
    ]
    made.register("lists", table(rows, LISTS))
    return made


def members(engine, name: str, knowledge=None) -> set[str]:
    scope = resolve_scope(engine, knowledge or load_knowledge(), name)
    found = {r["repository"] for r in engine.rows(f"select repository from catalog where {scope.where}")}
    assert scope.size == len(found)
    return found


def test_named_scopes(engine):
    assert len(members(engine, "hub")) == 6
    assert members(engine, "mainline") == {"Qwen/Qwen3-8B"}
    assert "unsloth/Qwen3-8B" not in members(engine, "makers")
    assert "nobody-has-looked/model" not in members(engine, "makers")
    assert "openai/whisper-large-v3" not in members(engine, "text-vision")


def test_a_list_by_its_date_and_the_newest_by_its_name(engine):
    assert members(engine, f"mine@{day(0)}") == {"Qwen/Qwen3-8B"}
    assert members(engine, "mine") == members(engine, f"mine@{day(9)}")
    assert members(engine, "mine") == {"Qwen/Qwen3-8B", "openai/whisper-large-v3"}


def test_the_digest_names_what_a_scope_resolved_to(engine):
    knowledge = load_knowledge()
    assert resolve_scope(engine, knowledge, "hub").digest == resolve_scope(engine, knowledge, "hub").digest
    assert resolve_scope(engine, knowledge, "hub").digest != resolve_scope(engine, knowledge, "makers").digest


def test_an_unknown_scope_names_the_nearest(engine):
    with pytest.raises(RequestError, match="mainline"):
        resolve_scope(engine, load_knowledge(), "mainlin")


def test_every_column_that_scopes_may_name_is_in_the_catalog(engine):
    present = {r["column_name"] for r in engine.rows("describe catalog")}
    assert set(COLUMNS) <= present


@pytest.mark.parametrize(
    "where",
    [
        "organization = 'Qwen' and params_b >= 7",
        "region in ('us', 'china') or not first_party",
        "list_has_any(variant, ['coder'])",
        "list_contains(variant, 'coder')",
        "lower(repository) like '%-instruct' and released between date '2025-01-01' and date '2025-12-31'",
        "regexp_matches(repository, '^Qwen/') and size_class = '1-5'",
        "case when active_b is null then params_b > 1 else active_b > 1 end",
    ],
)
def test_expressions_over_columns_are_allowed(engine, where):
    check_expression(where, "mine")
    engine.rows(f"select repository from catalog where {where}")


@pytest.mark.parametrize(
    "where",
    [
        "nationality = 'cn'",
        "facts.tags = 'x'",
        "repository in (select repository from facts)",
        "exists (select 1)",
        "(select count(*) from facts) > 0",
        "read_csv('/etc/hostname') is not null",
        "repository in (select * from read_csv('/etc/hostname'))",
        "read_text('/etc/hostname') = 'a'",
        "getenv('HOME') = 'a'",
        "current_setting('threads') = '1'",
        "pg_sleep(100) is null",
        "true; drop table facts",
        "1 = 1 union select 1",
        "drop table facts",
        "copy facts to 'x'",
        "repository = 'a' --",
        "repository = 'unclosed",
        "length(repeat('a', 1000000000)) > 1",
        "list_transform(variant, x -> read_text(x)) is not null",
        "",
        "*",
    ],
)
def test_everything_else_is_refused(where):
    with pytest.raises(KnowledgeError, match="mine") as caught:
        check_expression(where, "mine")
    assert caught.value.remedy


def test_a_scope_of_a_user_s_folder_is_checked_when_it_is_used(tmp_path, engine):
    (tmp_path / "scopes.yml").write_text(
        "version: 2027-01-01\n"
        "scopes:\n"
        "  mine: {text: mine, short: mine, where: \"organization = 'Qwen'\"}\n"
        "  evil: {text: evil, short: evil, where: \"repository in (select content from read_text('/etc/hostname'))\"}\n"
    )
    knowledge = load_knowledge([tmp_path])
    assert len(members(engine, "mine", knowledge)) == 3
    with pytest.raises(KnowledgeError, match="evil"):
        resolve_scope(engine, knowledge, "evil")
