"""Charts, the report, and everything that is written for people to look at."""

from modelcensus.publish.account_pages import account_words, drawn_curve
from modelcensus.publish.bars import Bar, bar_chart
from modelcensus.publish.charts import Chart, Words
from modelcensus.publish.curve_chart import curve_chart
from modelcensus.publish.editions import read_side
from modelcensus.publish.lines import Point, line_chart
from modelcensus.publish.marks import Mark
from modelcensus.publish.pages import environment
from modelcensus.publish.questions import headline
from modelcensus.publish.report import write_report
from modelcensus.publish.result_chart import result_chart
from modelcensus.publish.scene import Scene

__all__ = [
    "Bar",
    "Chart",
    "Mark",
    "Point",
    "Scene",
    "Words",
    "account_words",
    "bar_chart",
    "curve_chart",
    "drawn_curve",
    "environment",
    "headline",
    "line_chart",
    "read_side",
    "result_chart",
    "write_report",
]
