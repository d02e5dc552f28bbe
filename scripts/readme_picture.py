"""Draws the README's picture from the bundled sample: one headline under four denominators."""

from pathlib import Path

import modelcensus
from modelcensus.measures import Result, number, period_text
from modelcensus.publish import Bar, Words, bar_chart
from modelcensus.publish.result_chart import source_line

SUBJECT = {"organization": "Qwen"}
MONTH = "2026-02"
TARGET = Path(__file__).parent.parent / "docs" / "images" / "ladder"


def rungs() -> list[Result]:
    """The four denominators: three reported for the month, one counted at the newest reading."""
    census = modelcensus.open()
    reported = {"channel": "reported:modelpulse"}
    return [
        census.measure("share", of=SUBJECT, period=MONTH, reading={**reported, "peers": "five-labs"}),
        census.measure("share", of=SUBJECT, within="mainline", by="day", reading={"counter": "rolling_30d"}),
        census.measure("share", of=SUBJECT, period=MONTH, within="text-vision", reading=reported),
        census.measure("share", of=SUBJECT, period=MONTH, within="hub", reading=reported),
    ]


def main() -> None:
    results = rungs()
    words = Words(
        "“Qwen accounts for over 50 % of open-model downloads”: it depends on what stands under the line",
        "Qwen's share of downloads, by denominator",
        source_line(*results),
    )
    bars = [
        Bar(
            f"{r.whole_text}: {period_text(r.rows[-1].period)}, {r.counted_by}",
            r.rows[-1].value or 0,
            number(r.rows[-1].value, "share"),
            accent=True,
        )
        for r in results
    ]
    chart = bar_chart(bars, words, percent=True)
    TARGET.with_suffix(".svg").write_text(chart.svg())
    TARGET.with_suffix(".png").write_bytes(chart.png(scale=1.5))


if __name__ == "__main__":
    main()
