"""Claims on the bundled sample: verdicts, what decides, and the account; with a pinned verdict and a dropped reading."""

import json

import pytest

from modelcensus.claims import account, bundled_packs
from modelcensus.claims.telling import as_dict, told
from modelcensus.claims.verdicts import month_text
from modelcensus.cli.main import main

PACK = bundled_packs()["qwen-2026"]
ONE = """\
id: mine
version: 2026-11-25
title: A title
source: {{title: an article, publisher: somebody}}
claims:
  - id: half
    statement: Qwen had more than {threshold} of the named five in February 2026.
    measure: share
    of: {{organization: Qwen}}
    period: 2026-02
    compare: {{above: {threshold}}}
    readings: {{denominator: [five-labs], window: [stated], counter: [flows], repair: [none], spikes: [keep], panel: [moving]}}
    as_worded: {{choices: {{}}, because: the five are named}}
    pinned: {pinned}
"""


def claim(name: str):
    return next(c for c in PACK.claims if c.id == name)


@pytest.fixture(scope="module")
def half(sample):
    return account(sample, PACK, claim("over-half-of-downloads"))


def test_over_half_of_all_downloads(half):
    assert half.verdict == "depends" and half.decided_by == ("denominator",)
    assert half.as_worded.verdict == "fails" and half.as_worded.value == pytest.approx(0.0842, abs=5e-5)
    by_denominator = {
        o.specification.choice("denominator"): o.value
        for o in half.tested
        if o.specification.choice("window") == "stated"
    }
    assert by_denominator["text-vision"] == pytest.approx(0.398, abs=5e-4)
    assert by_denominator["five-labs"] == pytest.approx(0.7523, abs=5e-4)
    assert half.flips == (("denominator", "five-labs"),)
    assert next(iter(half.variance)) == "denominator" and not half.changed
    assert [(t.verdict, t.changed) for t in half.chain][:2] == [("untestable", ()), ("fails", ("denominator",))]
    text = "\n".join(told(half))
    assert "tracked models" in text and "8.4 %" in text and "what decides is what stands under the line" in text


def test_a_reading_that_is_dropped_changes_the_account(sample, half):
    fewer = {"denominator": ("hub", "text-vision")}
    other = account(
        sample,
        PACK,
        claim("over-half-of-downloads").model_copy(update={"readings": fewer, "publisher": None, "chain": ()}),
    )
    assert other.verdict == "fails" and other.tally.total < half.tally.total and other.changed


def test_china_and_the_us(sample):
    found = account(sample, PACK, claim("china-passed-us"))
    first = {
        tuple(o.specification.choice(n) for n in ("basis", "months", "lists")): month_text(o.value)
        for o in found.tested
        if o.specification.choice("crossing") == "first"
    }
    assert first["monthly", "exact", "without-huggingface"] == "2025-04"
    assert first["monthly", "exact", "makers"] == "2025-05"
    assert first["cumulative", "all", "without-huggingface"] == "2025-07"
    assert first["cumulative", "exact", "without-huggingface"] == "2025-04"
    assert first["monthly", "all", "without-huggingface"] == "2024-11"  # and then reverted
    assert found.verdict == "depends" and found.as_worded.verdict == "fails"
    assert (found.decided_within, found.decided_by) == (("basis",), ("months", "lists"))
    (lacking,) = found.wanting
    assert lacking.of_series == "modelpulse" and {"MiniMaxAI", "allenai"} <= set(lacking.absent)
    assert not {"Qwen", "moonshotai", "google"} & set(lacking.absent)
    assert "the data begin in 2026-05, after the months that are claimed" in found.untested


def test_qwen_and_llama(sample):
    found = account(sample, PACK, claim("shift-began-with-qwen25"))
    first = {
        o.specification.choice("crossing"): o for o in found.tested if o.specification.choice("basis") == "monthly"
    }
    assert month_text(first["first"].value) == "2024-10" and month_text(first["persistent"].value) == "2025-04"
    reverted = [r.period for r in first["first"].result.rows if r.dimensions["crossover"] == "reverted"]
    assert reverted == ["2024-10", "2024-11"]
    assert "the data begin in 2025-03, after the months that are claimed" in found.untested


def test_double_the_next_eight_and_what_it_would_take_to_turn(sample):
    found = account(sample, PACK, claim("double-the-next-eight"))
    values = {o.specification.choice("peers"): round(o.value, 2) for o in found.tested}
    assert values == {"next-eight": 2.55, "ranks-makers": 2.01, "ranks-all": 1.67}
    assert found.verdict == "depends" and found.decided_by == ("peers",)
    (lacking,) = found.wanting
    assert lacking.absent == ("MiniMaxAI",) and lacking.needed == pytest.approx(18.5e6, abs=5e4)


def test_february_s_number_and_the_figure_of_the_source(sample):
    found = account(sample, PACK, claim("february-downloads"))
    assert found.verdict == "fails" and found.as_worded.value == pytest.approx(172.4e6, abs=5e4)
    assert found.publisher.verdict == "untestable"
    text = "\n".join(told(found))
    assert (
        "153.6 million, ATOM Project, 2026-02, ATOM's list of mainline models (reported): the statement holds" in text
    )


def test_an_untestable_claim_says_which_data_would_test_it(sample):
    found = account(sample, PACK, claim("cloud-revenue"))
    assert found.verdict == "untestable" and as_dict(found)["untestable"].startswith("no counter of downloads knows")
    assert any("which" in line or "would take" in line for line in told(found))


@pytest.mark.parametrize(("threshold", "verdict"), [("75 %", "holds"), ("75.3 %", "fails")])
@pytest.mark.parametrize("pinned", ["holds", "fails"])
def test_the_command_ends_with_3_where_a_pinned_verdict_has_changed(
    threshold, verdict, pinned, tmp_path, monkeypatch, capsys
):
    path = tmp_path / "mine.yml"
    path.write_text(ONE.format(threshold=threshold, pinned=pinned))
    monkeypatch.setattr("sys.argv", ["modelcensus", "claims", "check", str(path), "--format", "json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code or 0) == (0 if pinned == verdict else 3)
    (one,) = json.loads(capsys.readouterr().out)["claims"]
    assert one["verdict"] == verdict and one["value"]["median"] == pytest.approx(0.7523, abs=5e-4)
    assert one["readings"]["total"] == 1 and one["as_worded"]["provenance"].startswith("p")
