"""A chart as a browser draws it again: the same specification, compiled by the compiler that draws the picture.

The browser needs Vega alone then, and cannot draw another chart than the one in the picture's place.
"""

from __future__ import annotations

import json
from typing import Any

import vl_convert

from modelcensus.publish.charts import Chart
from modelcensus.publish.theme import DARK, DARK_PAPER
from modelcensus.publish.visible import visible

CALL, END = "censusChart(", ");\n"


def live_chart(chart: Chart) -> str:
    """A script that hands the chart to the page's own script (`censusChart`), as a text that is data and runs nothing.

    It is a script since a page that was opened from disk may load no other file. Its text is JSON: `spec` (Vega), `along`
    (what a reader moves along), and `dark`, the colours of the picture and what they become on a dark page.
    """
    told = {
        "spec": vl_convert.vegalite_to_vega(chart.spec),
        "along": chart.along,
        "dark": {**DARK, "white": DARK_PAPER},
    }
    return as_script(told)


def as_script(told: dict[str, object]) -> str:
    """The script that hands that over."""
    return f"{CALL}{json.dumps(visible(json.dumps(told, ensure_ascii=False)))}{END}"


def from_script(script: str) -> dict[str, Any]:
    """What such a script hands over."""
    return json.loads(json.loads(script.removeprefix(CALL).removesuffix(END)))
