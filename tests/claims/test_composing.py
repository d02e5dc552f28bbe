"""Statements of a text as claims: what the words choose, what they leave open, and what is refused."""

from datetime import date

import pytest

from modelcensus.catalog import load_knowledge
from modelcensus.claims import Pack, account
from modelcensus.claims.packs import read_yaml
from modelcensus.claims.statements import compose, find_statements
from modelcensus.claims.writing import pack_yaml

FEW = {"window": ("stated",), "evidence": ("reported:modelpulse",)}
"""Readings that are computed in no time."""
DAY = date(2026, 4, 10)


def composed(text: str, published: date | None = None):
    knowledge = load_knowledge()
    return compose(find_statements(text, knowledge, published), knowledge, published=published)


def claim(text: str, published: date | None = None):
    made = composed(text, published)
    assert made.pack is not None, made.unread
    return made.pack.claims[0]


@pytest.mark.parametrize(
    ("text", "choices", "words"),
    [
        ("Qwen had over half of all downloads in May 2026.", {"denominator": ("hub",)}, '"all downloads" names no list'),
        ("Qwen had over half of downloads in May 2026.", {"denominator": ("hub",)}, "no list is named"),
        ("Qwen had over half of all downloads of language models in May 2026.", {"denominator": ("text-vision",)}, '"language models"'),
        ("Google ranks third among tracked organisations by downloads in 2025.", {"scope": ("tracked",)}, '"tracked"'),
        ("By May 2026 Qwen had 2 billion cumulative downloads.", {"origin": ("counter", "first")}, "all-time counter"),
        ("China passed the US in total downloads for the first time in July 2025.", {"basis": ("cumulative",), "crossing": ("first",)}, "cumulatively"),
        ("China passed the US in monthly downloads in July 2025.", {"basis": ("monthly",)}, "month by month"),
        ("Six in ten new fine-tunes in May 2026 were based on Qwen.", {"relations": ("finetune",)}, "fine-tunes"),
        ("Qwen had double the downloads of the next eight in May 2026.", {"peers": ("ranks-makers",)}, '"next eight" names nobody'),
    ],
)  # fmt: skip
def test_words_make_the_choices_and_are_quoted(text, choices, words):
    worded = claim(text).as_worded
    assert choices.items() <= worded.choices.items() and words in worded.because


@pytest.mark.parametrize(
    ("text", "compare"),
    [
        ("Qwen had 153.6 million downloads in May 2026.", "{about: 153.6 million}"),
        ("Qwen had 41 % of downloads in May 2026.", "{about: 41 %}"),
        ("Qwen had a third of downloads in May 2026.", "{about: 33.33 %, within: 2 %}"),
        ("Qwen had nearly 1 billion downloads in May 2026.", "{between: [900 million, 1 billion]}"),
        ("Qwen had roughly 40 % of downloads in May 2026.", "{about: 40 %, within: 4 %}"),
        ("Downloads of Qwen fell by more than 25 % in May 2026.", "{below: -0.25}"),
        ("Qwen had twice the downloads of all others in May 2026.", "{about: 66.67 %"),
        ("Qwen had overtaken Llama in downloads by May 2026.", "{first: 2019-01..2026-05}"),
        ("Microsoft fell out of the top ten by downloads in 2025.", "{above: 10}"),
    ],
)
def test_comparisons_as_a_pack_writes_them(text, compare):
    assert f"compare: {compare}" in pack_yaml(composed(text).pack)


def test_like_is_compared_with_like():
    families = claim("Qwen outdrew Llama in downloads in May 2026.").readings["subject"]
    assert families["family"].reading == {"peers": "family:Llama"} and families["family"].of == {"family": ("Qwen",)}
    assert families["organization"].of == {"organization": ("Qwen",)}
    assert families["organization"].reading == {"peers": "organization:meta-llama"}
    mixed = claim("Mistral had 30 % of downloads among Meta, Google and Mistral in May 2026.")
    assert mixed.of == {"organization": ("mistralai",)}
    assert set(mixed.reading["peers"].partition(":")[2].split(",")) == {"meta-llama", "google", "mistralai"}
    each = composed("Qwen outdrew Llama and Gemma in downloads in May 2026.").pack
    assert len(each.claims) == 2
    both = claim("Qwen outdrew Llama and Gemma together in downloads in May 2026.").readings["subject"]
    assert both["family"].reading == {"peers": "family:Llama,Gemma"}


@pytest.mark.parametrize(
    ("text", "period", "choices"),
    [
        ("Last month Qwen had 9 % of downloads.", "2026-03", {}),
        ("Qwen has 9 % of downloads.", "2026-03", {"month": "2026-03", "year": "2025-04..2026-03"}),
        ("This year Qwen had 9 % of downloads.", "2026-01-01..2026-04-10", {"day": "2026-01-01..2026-04-10", "month": "2026-01..2026-03"}),
        ("Qwen has passed 1 billion cumulative downloads.", "2026-04-10", {"day": "2026-04-10", "month": "2026-03"}),
        ("Since July 2025, Qwen has been downloaded 1 billion times.", "2025-07-01..2026-04-10", {"day": "2025-07-01..2026-04-10", "month": "2025-07..2026-03"}),
        ("In July Qwen had 9 % of downloads.", "2025-07", {}),
    ],
)  # fmt: skip
def test_the_day_of_publication_tells_the_time(text, period, choices):
    made = claim(text, DAY)
    assert made.period == period
    assert {n: c.period for n, c in made.readings.get("when", {}).items()} == choices
    (unread,) = composed(text).unread
    assert "--date" in unread.remedy and composed(text).pack is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Qwen has been downloaded 2 billion times since May 2026.", "after the day of publication"),
        ("Qwen had 9 % of downloads in May 2026.", "after the day of publication"),
        ("Downloads of Qwen rose 40 %.", "from when to when"),
        ("Qwen3 had half of new derivatives in March 2026.", "not by generation"),
        ("Meta had twice the downloads of Llama in March 2026.", "cannot be told apart"),
    ],
)
def test_what_cannot_be_composed_is_refused_with_the_reason(text, reason):
    made = composed(text, DAY)
    assert made.pack is None and any(reason in u.reason for u in made.unread)


def test_growth_between_two_months_is_compound_per_month():
    made = claim("Downloads of Qwen rose more than 44 % between January and March 2026.")
    assert (made.by, made.period, made.reading) == (("month",), "2026-01..2026-03", {"against": "first"})
    assert made.compare.above.value == pytest.approx(0.2) and "compound" in made.as_worded.because


def test_a_text_becomes_one_pack_that_reads_back():
    text = (
        "In February 2026 Qwen had 153.6 million downloads. This figure was more than double that of the next eight. "
        "Qwen3 had nearly a fifth of Qwen's downloads in February 2026. In February 2026 Qwen had 153.6 million downloads!"
        " Downloads of Phi fell 12 % between May and July 2026, and Gemma's fell by half in July 2026."
    )
    made = composed(text, date(2026, 9, 1))
    assert read_yaml(Pack, pack_yaml(made.pack), "draft.yml") == made.pack
    ids = [c.id for c in made.pack.claims]
    assert len(set(ids)) == len(ids) >= 5 and ids[0] == "downloads-qwen-2026-02"
    assert any("says the same as downloads-qwen-2026-02" in u.reason for u in made.unread)
    assert made.pack.claims[1].as_worded.because.endswith("subject and period as in the sentence before")
    assert made.pack.version == date(2026, 9, 1) and made.pack.id == "draft"


@pytest.mark.parametrize(("words", "verdict"), [("more than six times", "holds"), ("more than seven times", "fails")])
def test_the_verdict_follows_from_the_words(sample, words, verdict):
    made = composed(
        f"Meta had fewer downloads than OpenAI, but Alibaba had {words} Meta's downloads in February 2026."
    )
    chosen = next(c for c in made.pack.claims if c.compare.above and c.compare.above.value > 1)
    found = account(sample, made.pack, chosen.model_copy(update={"readings": {**chosen.readings, **FEW}}))
    assert found.as_worded.verdict == found.verdict == verdict and found.as_worded.value == pytest.approx(
        6.9, abs=0.05
    )
