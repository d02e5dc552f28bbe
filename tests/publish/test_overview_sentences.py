"""The first sentences of the Overview: what a share is of, when, by which counter, within which interval; and why it moved."""

from dataclasses import replace
from importlib import import_module

from ledgers import batch_of, fact, ledger_of, observation
from modelcensus.measures import Census
from modelcensus.publish.questions.changes import changes
from modelcensus.publish.scene import Scene

questions = import_module("modelcensus.publish.questions.who_leads")


def scene_of(tmp_path) -> Scene:
    rates = {"Qwen/Qwen3-8B": 300, "google/gemma-3-4b-it": 200}
    read = [
        observation(r, "all_time", 1_000 + rate * on + (on * on if r[0] == "g" else 0), on)
        for r, rate in rates.items()
        for on in range(0, 130, 2)
    ] + [observation(r, "all_time", 1_000 + rate * on, on) for r, rate in rates.items() for on in (31, 59)]
    one = batch_of("daily", "hub", observations=read, facts=[fact(r) for r in rates])
    return Scene(Census(ledger_of(tmp_path, one)))


def test_the_lead_says_period_counter_and_interval(tmp_path, monkeypatch) -> None:
    scene = scene_of(tmp_path)
    found = questions.who_leads(scene)
    assert (
        found
        and " leads. Its share of downloads in all time up to the reading of 9 May 2026 (counted here): "
        in (found.statements[0].text)
    )
    (share, *_) = found.results
    row = replace(share.rows[-1], value=0.412, low=0.408, high=0.415)
    monkeypatch.setattr(questions, "_observed", lambda scene: [replace(share, rows=(row,))])
    told = questions.who_leads(scene)
    assert told and "41.2 % (between 40.8 % and 41.5 %) of " in told.statements[0].text


def test_the_change_and_its_reasons_are_of_the_same_periods(tmp_path) -> None:
    found = changes(scene_of(tmp_path))
    assert found
    change, *_, reason = (s.text for s in found.statements)
    assert "from March 2026 to April 2026" in change
    assert reason.startswith("Why: ") and "from March 2026 to April 2026" in reason
    assert found.facts[0].header[1:3] == ("March 2026", "April 2026")
