"""The specification curve says what the account says."""

import json

import altair as alt
import pytest

from modelcensus.claims import account, bundled_packs
from modelcensus.publish import curve_chart
from modelcensus.vocabulary import RequestError

PACK = bundled_packs()["qwen-2026"]


def claim(name: str):
    return next(c for c in PACK.claims if c.id == name)


def test_every_reading_is_drawn_with_its_verdict_and_its_choices(sample) -> None:
    one = account(sample, PACK, claim("double-the-next-eight"))
    chart = curve_chart(one)
    alt.Chart.from_dict(chart.spec)
    spec = json.dumps(chart.spec)
    for outcome in one.tested:
        assert f'"verdict": "{outcome.verdict}", "value": {outcome.value}' in spec
    assert 2 * spec.count('"worded": true') == spec.count('"worded": false') > 0 and '"at": 2.0' in spec
    svg = chart.svg()
    assert "depends (2 hold, 1 fail)" in svg and "the eight that the source names" in svg and "Model Pulse" in svg
    assert "more than 2.0" in svg


def test_a_claim_without_evidence_has_no_curve(sample) -> None:
    with pytest.raises(RequestError, match="no reading of this claim has evidence"):
        curve_chart(account(sample, PACK, claim("cloud-revenue")))
