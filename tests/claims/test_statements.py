"""Statements found in plain text, on sentences whose annotators had not seen the parser."""

import pytest

from modelcensus.catalog import load_knowledge
from modelcensus.claims.statements import find_statements


def read(text: str):
    return find_statements(text, load_knowledge())


@pytest.mark.parametrize(
    ("text", "measure", "subject", "comparator", "number", "period"),
    [
        ("Qwen made up more than half of all downloads in February 2026.", "share", ("family", ("Qwen",)), "above", 0.5, "2026-02"),
        ("By July 2026 Llama had been downloaded 1.2 billion times in total.", "cumulative", ("family", ("Llama",)), "equals", 1.2e9, "2026-07"),
        ("Chinese models overtook American ones in downloads in the summer of 2025.", "crossover", ("region", ("china",)), "before", None, "2025-06..2025-08"),
        ("Gemma ranks third by downloads in 2026.", "rank", ("family", ("Gemma",)), "equals", 3, "2026"),
        ("Mistral's download share slipped below 3% in June 2026.", "share", ("family", ("Mistral",)), "below", 0.03, "2026-06"),
        ("The share of Chinese models in Hub downloads rose from 20 % in January 2025 to 35 % in March 2026.", "share", ("region", ("china",)), "equals", 0.35, "2026-03"),
        ("Llama had a fifth of Qwen's downloads in March 2026.", "ratio", ("family", ("Llama",)), "equals", 0.2, "2026-03"),
        ("China's Qwen, DeepSeek and Kimi accounted for 48% of downloads in May 2026.", "share", ("family", ("Qwen", "DeepSeek", "Kimi")), "equals", 0.48, "2026-05"),
        ("US models lost their lead to Chinese ones in downloads in August 2025.", "crossover", ("region", ("china",)), "before", None, "2025-08"),
        ("Downloads of Phi dropped 15% month over month in June 2026 to 4.2 million.", "downloads", ("family", ("Phi",)), "equals", 4.2e6, "2026-06"),
        ("Kimi-K2-Instruct was downloaded 1.4 million times in September 2025.", "downloads", ("repository", ("moonshotai/Kimi-K2-Instruct",)), "equals", 1.4e6, "2025-09"),
        ("Microsoft fell out of the top ten by downloads in 2025.", "rank", ("organization", ("microsoft",)), "above", 10, "2025"),
        ("Downloads for Gemma topped the 100-million mark in the first half of 2026.", "cumulative", ("family", ("Gemma",)), "above", 1e8, "2026-01..2026-06"),
    ],
)  # fmt: skip
def test_plain_statements(text, measure, subject, comparator, number, period):
    draft = read(text).drafts[-1]
    assert (draft.measure, draft.subject, draft.comparator, draft.number, draft.period) == (
        measure, subject, comparator, number, period,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Will Qwen have more than half of all downloads?", "question"),
        ("Qwen will have more than half of all downloads by 2027.", "future"),
        ("Qwen has not passed 50 % of all downloads.", "denial"),
        ("Alibaba's revenue from Qwen rose 40 % in 2026.", "revenue"),
        ("Downloads of Qwen on ModelScope passed 100 million in March 2026.", "ModelScope"),
        ("Qwen's downloads in India grew 200% in 2026.", "where downloads go to"),
        ("Qwen coder models had 12 million downloads in March 2026.", "a part of the models"),
        ("Llama 3.1 8B had 9 million downloads in May 2026.", "a part of the models"),
        ("Qwen had 100 million more downloads than Gemma in March 2026.", "a difference"),
        ("Qwen's most downloaded model was number one on the Hub in May 2026.", "not named"),
        ("Roughly 30% of all models uploaded in 2025 came from Chinese organizations.", "not of their downloads"),
        ("Nearly 60% of downloads in May 2026 were of small models.", "no family"),
    ],
)
def test_what_states_nothing_countable_is_listed_with_the_reason(text, reason):
    found = read(text)
    assert not [d for d in found.drafts if d.measure != "ratio"] and any(reason in u.reason for u in found.unread)


@pytest.mark.parametrize(
    "text",
    [
        "China overtook the US in summer 2025",
        "In August 2025, Chinese models overtook American ones for the first time.",
        "Qwen has finally surpassed Llama.",
        "Open-weight models of Chinese labs have now passed those of US companies.",
    ],
)
def test_a_passing_without_a_word_on_what_is_counted_is_one_of_downloads_and_says_so(text):
    (draft,) = read(text).drafts
    assert draft.measure == "crossover" and draft.unsaid and draft.against


@pytest.mark.parametrize(
    "text",
    [
        "China overtook the US in patents in summer 2025.",
        "Qwen overtook Llama on reasoning benchmarks in 2025.",
        "China overtook the US as the largest car maker in 2025.",
    ],
)
def test_a_passing_in_something_else_is_left(text):
    assert not read(text).drafts


def test_what_is_taken_from_the_sentence_before_is_said():
    text = (
        "In February 2026 Qwen had 153.6 million downloads. This figure was more than double that of the next eight."
    )
    ratio = read(text).drafts[-1]
    assert (ratio.measure, ratio.subject, ratio.period, ratio.against_words) == (
        "ratio",
        ("family", ("Qwen",)),
        "2026-02",
        "next eight",
    )
    assert ratio.carried == ("subject", "period")
