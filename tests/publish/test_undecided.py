"""What is said of several of which the data know nothing."""

from dataclasses import replace

import modelcensus
from modelcensus.publish.result_chart import result_chart
from modelcensus.publish.views.asking import answer_section, leading


def test_nobody_is_named_of_whom_nothing_is_sure():
    """The sample's counters are windows: from its first day to its last no flow is bounded from above."""
    census = modelcensus.open()
    shares = census.measure("share", by="organization")
    assert all(r.value is None and not r.low for r in shares.rows)
    section = answer_section("shares", "Who has what share?", shares)
    assert section.statements[0].text.startswith("These data do not decide it for 3 April 2026 to")
    sure = census.measure("downloads", by="organization")
    assert leading(sure).dimensions["organization"] == "Qwen" and leading(sure).value is None
    drawn = result_chart(sure).spec
    assert "Qwen" in str(drawn) and "at least 1.16 billion" in str(drawn)


def test_a_bound_that_excludes_nothing_leads_no_board():
    """Of no region the sample's flows of two months tell how they compare: at least -100 % is no answer."""
    growth = modelcensus.open().measure("growth", by=["region", "month"])
    assert any(r.low == -1.0 and r.value is None for r in growth.rows)
    assert "cannot be told from these counters" in growth.sentence() and "-100" not in growth.sentence()
    section = answer_section("growth", "Who grows?", growth)
    assert section.statements[0].text.endswith("It cannot be told from these counters.") and not section.figures
    known = replace(growth.rows[-1], value=-0.4, low=-0.5, high=-0.3)
    assert leading(replace(growth, rows=(*growth.rows[-6:-1], known))).value == -0.4


def test_what_is_known_of_an_earlier_period_is_no_bar_of_the_newest():
    """Of some organizations one earlier month is known, of none the newest: a picture would be of another month than its title."""
    growth = modelcensus.open().measure("growth", by=["organization", "month"])
    newest = growth.rows[-1].span
    assert {r.span for r in growth.rows if r.value is not None} and not any(
        r.value is not None for r in growth.rows if r.span == newest
    )
    assert not answer_section("growth", "Who grows?", growth).figures
    bars = str(result_chart(growth).spec)
    assert "raydelossantos" not in bars


def test_a_bar_that_is_a_lower_bound_says_so():
    """Its sentence says "at least"; a number alone at the bar would be read as known."""
    counted = modelcensus.open().measure("downloads", by="organization", reading={"counter": "rolling_30d"})
    newest = counted.rows[-1].span
    rows = [r for r in counted.rows if r.span == newest and r.value][:2]
    open_above = replace(rows[0], value=1_933, low=1_933, high=None)
    drawn = str(result_chart(replace(counted, rows=(rows[1], open_above))).spec)
    assert "'text': 'at least 1,933'" in drawn and drawn.count("'text': 'at least") == 1


def test_a_region_of_a_published_series_is_a_sum_of_whom_it_lists():
    """A picture travels without the page: it says so itself; a share of those that are listed is whole."""
    census, reported = modelcensus.open(), {"channel": "reported:modelpulse"}
    shares = census.measure("share", by="region", period="2026-09", reading=reported)
    assert "of the organizations that it lists" in shares.sentence()
    assert "of the organizations that it lists" in result_chart(shares).words.subtitle
    for whole in ({"by": "organization"}, {"by": "region", "within": "listed"}):
        other = census.measure("share", period="2026-09", reading=reported, **whole)
        assert "that it lists" not in f"{other.sentence()} {result_chart(other).words.subtitle}"
