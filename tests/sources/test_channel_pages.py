"""Pages and answers of other channels: what is read, and that a change of shape is named."""

import json

import pytest

LIBRARY = """<!doctype html><html><head><meta charset="utf-8"><title>library</title></head><body><nav><a href="/library/not-a-model">x</a></nav>
<ul role="list">{models}</ul></body></html>"""
MODEL = """
<li x-test-model class="flex"><a href="/library/{name}" class="group"><div title="{name}"><h2><span x-test-search-response-title>{name}</span></h2>
<p>Text with 99.9M in it.<br></p></div><span x-test-capability>tools</span><span x-test-size>8b</span>
<p><span class="flex"><svg><path d=""/></svg><span x-test-pull-count>{pulls}</span><span>&nbsp;Pulls</span></span><span x-test-tag-count>35</span></p></a></li>"""
SHOWN = {"qwen3": "31.3M", "llama3.1": "118.7M", "tiny": "6,487", "someone/own": "1.2K"}


def page(models: dict[str, str]) -> str:
    return LIBRARY.format(models="".join(MODEL.format(name=n, pulls=p) for n, p in models.items()))


def test_models_and_rounded_pulls_of_the_page(take):
    outcome = take(page(SHOWN), "library.html", source="ollama_page", date="2026-11-28")
    assert outcome.counts == {
        "library/qwen3": 31_300_000, "library/llama3.1": 118_700_000, "library/tiny": 6_487, "someone/own": 1_200,
    }  # fmt: skip
    assert outcome.batch is not None and outcome.batch.channel == "ollama"
    widths = {(r["from_value"], r["width"]) for r in outcome.rows("roundings")}
    assert widths == {(31_300_000, 100_000), (1_200, 100)}
    assert {str(r["observed_on"]) for r in outcome.rows()} == {"2026-11-28"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("x-test-model ", ""), "no element is marked x-test-model"),
        (("x-test-pull-count", "x-test-downloads"), "4 of 4 models have no x-test-pull-count"),
        (('href="/library/', 'href="/models/'), "4 of 4 models have no link to /library/NAME"),
    ],
)
def test_a_changed_page_is_an_error_that_names_what_is_missing(take, change, told):
    outcome = take(page(SHOWN).replace(*change), "library.html", source="ollama_page", date="2026-11-28")
    assert told in outcome.error


def test_one_model_without_pulls_is_set_aside(take):
    many = {f"m{i}": "1.5K" for i in range(20)}
    text = page(many) + MODEL.format(name="fresh", pulls="").replace("<span x-test-pull-count></span>", "")
    outcome = take(text, "library.html", source="ollama_page", date="2026-11-28")
    assert len(outcome.counts) == 20 and [r for _, r in outcome.aside] == ["no x-test-pull-count"]
    unreadable = take(page(many | {"odd": "soon"}), "library.html", source="ollama_page", date="2026-11-28")
    assert len(unreadable.counts) == 20 and "no number" in unreadable.aside[0][1]


def test_modelscope_models(take):
    rows = [
        {"id": "Qwen/Qwen3-8B", "downloads": 12_345, "likes": 7, "license": "Apache License 2.0", "tasks": []},
        {"id": "acme/small", "downloads": None, "likes": 1},
    ]
    text = "".join(json.dumps(r) + "\n" for r in rows)
    outcome = take(text, "models.ndjson", source="modelscope", date="2026-11-28")
    assert outcome.counts == {"Qwen/Qwen3-8B": 12_345} and outcome.batch is not None
    assert outcome.batch.channel == "modelscope" and outcome.rows()[0]["counter"] == "all_time"
    changed = take(text.replace('"downloads"', '"pulls"'), "models.ndjson", source="modelscope", date="2026-11-28")
    assert "no field downloads" in changed.error and "pulls" in changed.error


BREAKDOWN = """repoType,repoName,total,timestamp,downloads
model,acme/small,4362460,2026-01-22T00:00:00.000Z,4
model,acme/small,4362460,2026-01-23T00:00:00.000Z,6
dataset,acme/images,2167284,2026-01-22T00:00:00.000Z,3
model,acme/big,10,2026-01-22T00:00:00.000Z,many
"""


def test_publisher_analytics_by_day(take):
    outcome = take(BREAKDOWN, "breakdown.csv", source="publisher_analytics")
    told = [
        (r["repository"], r["value"], str(r["period_start"]), str(r["observed_on"]), r["counter"])
        for r in outcome.rows()
    ]
    assert told == [
        ("acme/small", 4, "2026-01-22", "2026-01-23", "period"),
        ("acme/small", 6, "2026-01-23", "2026-01-24", "period"),
    ]
    assert outcome.batch is not None and outcome.batch.channel == "publisher" and outcome.lines == [5]
    assert "1 rows of type dataset not read: models alone" in outcome.batch.took
    assert (
        "no column repoName"
        in take(BREAKDOWN.replace("repoName", "name"), "b.csv", source="publisher_analytics").error
    )


LEADERBOARD = """fullname,Average ⬆️,IFEval,Flagged,Upload To Hub Date
Qwen/Qwen2.5-7B,35.2,33.7,False,2024-09-15
bad/one,99.0,99.0,True,2024-09-15
"""


def test_open_llm_leaderboard(take):
    outcome = take(LEADERBOARD, "contents.csv", source="quality", date="2025-03-13")
    rows = {(r["repository"], r["score"]): r["value"] for r in outcome.rows("scores")}
    assert rows == {("Qwen/Qwen2.5-7B", "open_llm"): 35.2, ("Qwen/Qwen2.5-7B", "open_llm_ifeval"): 33.7}
    assert "flagged" in outcome.aside[0][1]
