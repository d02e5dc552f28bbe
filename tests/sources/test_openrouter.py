"""Tokens by model: a list leaves what it does not name to the others, so the counts of a day add up."""

from datetime import date

DAILY = "date,model,tokens,author\n2026-07-01,z-ai/glm,50,z-ai\n2026-07-01,other,30,other\n2026-07-02,x-ai/grok,70,x-ai\n2026-07-02,other,5,other\n"


def test_days_are_periods_and_a_model_left_to_the_others_has_none_of_its_own(take):
    outcome = take(DAILY, source="openrouter")
    rows = {(r["repository"], r["period_start"]): r["value"] for r in outcome.rows()}
    first, second = date(2026, 7, 1), date(2026, 7, 2)
    assert rows == {
        ("z-ai/glm", first): 50, ("x-ai/grok", first): 0, ("other/other", first): 30,
        ("z-ai/glm", second): 0, ("x-ai/grok", second): 70, ("other/other", second): 5,
    }  # fmt: skip
    assert {(r["counter"], (r["observed_on"] - r["period_start"]).days) for r in outcome.rows()} == {("period", 1)}
    assert outcome.batch and outcome.batch.channel == "openrouter"


def test_weekly_lists_are_a_channel_of_their_own(take):
    outcome = take("week,slug,total_tokens\n2026-05-04,z-ai/glm,50\n", source="openrouter")
    assert outcome.batch and outcome.batch.channel == "openrouter-weekly"
    assert [(r["period_start"], r["observed_on"]) for r in outcome.rows()] == [(date(2026, 5, 4), date(2026, 5, 11))]


def test_bad_rows_and_missing_columns(take):
    outcome = take(DAILY + "2026-07-03,noslash,1,x\n2026-07-03,z-ai/glm,-4,x\n", source="openrouter")
    assert outcome.lines == [6, 7]
    assert "no column for tokens" in take("date,model\n2026-07-01,a/b\n", source="openrouter").error
    assert "no column 'tok'" in take(DAILY, source="openrouter", map={"tokens": "tok"}).error
