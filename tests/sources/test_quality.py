"""Tables of scores: what the publisher states, and nothing that it does not."""

from datetime import date

AA = """name,creator,country,is_open_weights,huggingface_url,release_date,artificial_analysis_intelligence_index,gpqa
Qwen4,Alibaba,cn,True,https://huggingface.co/Qwen/Qwen4-8B/,2026-03-01,40.5,0.8
Claude,Anthropic,us,False,,2026-02,55,
Old,Nobody,,,not a url,long ago,12,x
"""
ARENA = """model,organization,license,arena_score,95_pct_ci,commit_date,url
GPT,OpenAI,Proprietary,1300,+5/-4,2025-01-01,https://openai.com
Qwen,Alibaba,Apache 2.0,1200,+3/-2,2025-02-01,https://huggingface.co/Qwen/Qwen2-7B
GPT,OpenAI,Proprietary,1310,+5/-4,2025-02-01,https://openai.com
Mystery,Nobody,-,1100,,2025-02-01,
"""


def test_artificial_analysis(take):
    outcome = take(AA, source="quality", date="2026-07-10")
    rows = {(r["model"], r["score"]): r for r in outcome.rows("scores")}
    assert set(rows) == {
        ("Qwen4", "intelligence"),
        ("Qwen4", "gpqa"),
        ("Claude", "intelligence"),
        ("Old", "intelligence"),
    }
    qwen, claude, old = (rows[m, "intelligence"] for m in ("Qwen4", "Claude", "Old"))
    assert (qwen["repository"], qwen["open"], qwen["country"], qwen["value"]) == ("Qwen/Qwen4-8B", True, "CN", 40.5)
    assert (qwen["released_from"], qwen["released_on"]) == (date(2026, 3, 1), date(2026, 3, 1))
    assert (claude["released_from"], claude["released_on"]) == (date(2026, 2, 1), date(2026, 2, 28))
    assert (claude["repository"], claude["open"]) == (None, False)
    assert (old["open"], old["released_on"], old["repository"]) == (None, None, None)
    assert [r for _, r in outcome.aside] == [
        "gpqa is no number: x; the release date long ago is no day, interval or partial date; left unknown"
    ]
    assert {r["source"] for r in outcome.rows("scores")} == {"Artificial Analysis"}


def test_arena_dates_a_model_by_the_versions_that_list_it(take):
    rows = {r["model"]: r for r in take(ARENA, source="quality").rows("scores")}
    gpt, qwen = rows["GPT"], rows["Qwen"]
    assert (gpt["value"], gpt["low"], gpt["high"], gpt["scored_on"]) == (1310, 1306, 1315, date(2025, 2, 1))
    assert (gpt["released_from"], gpt["released_on"]) == (None, date(2025, 1, 1)), "listed from the first version on"
    assert (qwen["released_from"], qwen["released_on"]) == (date(2025, 1, 2), date(2025, 2, 1))
    assert (qwen["open"], gpt["open"], rows["Mystery"]["open"]) == (True, False, None)
    assert qwen["repository"] == "Qwen/Qwen2-7B"


def test_what_cannot_be_read(take):
    assert "does not say its day" in take(AA, source="quality").error
    assert "'soon' is no day" in take(AA, source="quality", date="soon").error
    assert "no column of a score" in take("name,elo\nx,1\n", source="quality").error
