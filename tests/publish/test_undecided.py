"""What is said of several of which the data know nothing."""

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
