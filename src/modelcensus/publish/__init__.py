"""Charts, the report, and everything that is written for people to look at."""

from modelcensus.publish.charts import Bar, Chart, Mark, Point, Words, bar_chart, line_chart
from modelcensus.publish.report import write_report
from modelcensus.publish.result_chart import result_chart

__all__ = [
    "Bar",
    "Chart",
    "Mark",
    "Point",
    "Words",
    "bar_chart",
    "line_chart",
    "result_chart",
    "write_report",
]
