"""Packs: what is wrong is refused with the line and the reason; every pack that comes with the program is right."""

import re
from math import prod
from pathlib import Path
from textwrap import dedent

import pytest

from modelcensus.catalog import load_knowledge
from modelcensus.claims import Claim, account, bundled_packs, find_claim, find_packs
from modelcensus.claims.choose import check_choices
from modelcensus.claims.entries import Pack, Worded
from modelcensus.claims.figures import contradictions, find_figures, judge_figure
from modelcensus.claims.freedoms import default_readings, freedoms
from modelcensus.claims.packs import read_yaml
from modelcensus.claims.specify import MOST
from modelcensus.claims.telling import told
from modelcensus.vocabulary import KnowledgeError, RequestError

GOOD = dedent("""\
    id: mine
    version: 2026-11-25
    title: A title
    source: {title: an article, publisher: somebody}
    claims:
      - id: half
        statement: Qwen had more than half.
        measure: share
        of: {family: Qwen}
        period: 2026-02
        compare: {above: 50 %}
        as_worded: {choices: {denominator: hub}, because: no list is named}
    """)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("measure: share", "measur: share", 8, "Extra inputs"),
        ("above: 50 %", "above: fifty", 11, "is no number"),
        ("above: 50 %", "above: 50 %, below: 1", 11, "exactly one of"),
        ("above: 50 %", "first: 2026-02", 6, "crossover belong together"),
        ("period: 2026-02", "period: sometime", 10, "not a period"),
        ("id: mine", "id: Mine!", 1, "match pattern"),
        ("version: 2026-11-25\n", "", 1, "Field required"),
        ("    statement: Qwen had more than half.\n", "", 6, "Field required"),
        ("claims:", "claims: [", 5, "not YAML"),
    ],
)
def test_a_wrong_pack(old, new, line, reason):
    with pytest.raises(KnowledgeError, match=reason) as caught:
        read_yaml(Pack, GOOD.replace(old, new), "my.yml")
    stated = int(str(caught.value).split("line ")[1].split(":")[0])
    assert stated == line or (reason == "not YAML" and stated >= line)


@pytest.mark.parametrize("pack", bundled_packs().values(), ids=lambda p: p.id)
def test_bundled_packs_name_choices_and_figures_that_there_are(pack):
    knowledge = load_knowledge()
    assert len({c.id for c in pack.claims}) == len(pack.claims)
    for claim in pack.claims:
        find_figures(claim.figures, claim.id)
        assert len(claim.fragment.split()) <= 20, "of a source's words only short fragments"
        if not claim.untestable:
            open_ = freedoms(claim, knowledge, ["hub", "reported:modelpulse"])
            for worded in (claim.as_worded, claim.publisher):
                if worded:
                    check_choices(claim, worded, open_)
            for said in (*(link.says for link in claim.chain), *(e.when for e in claim.exclude)):
                check_choices(claim, Worded(choices=said, because="as above"), _with_left(open_, said))
            size = prod(len(f.choices) for f in open_.values())
            assert size <= MOST, claim.id


def _with_left(open_, said):
    """The degrees of freedom of a claim, and of those that it shares with others of its pack the ones it has not."""
    shared = default_readings().common | default_readings().shared
    return {n: f for n, f in shared.items() if n in said} | open_


FOUR = ("atom-report-2026", "hf-state-of-open-models-2026", "economies-of-open-intelligence-2025", "open-us-china")


@pytest.mark.parametrize("name", FOUR)
def test_fragments_are_words_that_the_record_of_publications_quotes(name):
    record = Path(__file__).parents[2].parent / "shared" / "docs" / "published-figures.md"
    if not record.is_file():
        pytest.skip("needs the record of publications, which the project does not carry")
    quoted = " | ".join(re.findall(r'"([^"]+)"', _plain(record.read_text())))
    for claim in bundled_packs()[name].claims:
        for fragment in (claim.fragment, *(link.fragment for link in claim.chain)):
            assert len(fragment) <= 160 and _plain(fragment) in quoted, (claim.id, fragment)


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").replace("\u201c", '"').replace("\u201d", '"').split())


CHEAP = {
    "atom-report-2026": "double-eight-others",
    "hf-state-of-open-models-2026": "china-passed-us-monthly",
    "economies-of-open-intelligence-2025": "downloads-2-2-billion",
    "open-us-china": "china-ahead-in-2025-26",
}


@pytest.mark.parametrize(("name", "cheap"), CHEAP.items())
def test_a_claim_of_each_pack_on_the_sample(sample, name, cheap):
    pack = bundled_packs()[name]
    found = account(sample, pack, next(c for c in pack.claims if c.id == cheap))
    assert found.verdict != "untestable" and not found.changed
    assert found.as_worded is not None and found.as_worded.is_decided
    assert found.claim.statement in "\n".join(told(found))


def test_a_claim_s_id_names_one_claim():
    ids = [c.id for p in bundled_packs().values() for c in p.claims]
    assert len(set(ids)) == len(ids)


def test_the_pack_has_every_statement_of_the_article():
    assert len(bundled_packs()["qwen-2026"].claims) == 21


def test_wrong_names():
    with pytest.raises(RequestError, match="qwen-2026"):
        find_packs(["qwen-2062"])
    with pytest.raises(RequestError, match="over-half-of-downloads"):
        find_claim(find_packs(), "over-half-of-download")
    claim = bundled_packs()["qwen-2026"].claims[0].model_copy(update={"readings": {"denominator": ("hubb",)}})
    with pytest.raises(RequestError, match="did you mean 'hub'"):
        freedoms(claim, load_knowledge(), ["hub"])


def test_figures_that_exclude_each_other_and_what_could_explain_it():
    found = {c.about: c for c in contradictions()}
    assert {f.value.value for f in found["cumulative downloads of Qwen"].figures if f.value} >= {6e8, 7e8, 9.421e8}
    assert "date" in found["cumulative downloads of Qwen"].explained_by
    assert {"cumulative downloads of Llama", "derivatives of Qwen", "month in which Qwen passed Llama"} <= set(found)
    (atom,) = find_figures(["qwen-cumulative-atom-2026-03"], "test")
    headline = next(c for c in bundled_packs()["qwen-2026"].claims if c.id == "hits-one-billion")
    assert isinstance(headline, Claim) and headline.compare
    assert judge_figure(atom, headline.compare) == "fails"
