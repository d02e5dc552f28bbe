"""The hot stage is SQL that another engine can be given: it is read by sqlglot, and written as Spark's."""

import pytest
import sqlglot

from modelcensus.counting.downloads import ASKED_FIRST, COUNTED, FILES, HITS
from modelcensus.counting.fields import quick_sql, strict_sqls
from modelcensus.counting.formats import formats
from modelcensus.counting.shapes import FRESH, FRESH_ASKED, KEYED, SHAPED
from modelcensus.counting.targets import targets_sql

PARTS = {"part": "0", "cut": "0"}


@pytest.mark.parametrize("name", list(formats()))
def test_reading_lines(name):
    form = formats()[name]
    for sql in (quick_sql(form, form.columns), *strict_sqls(form, form.columns)):
        shaped = SHAPED.format(sql=sql, **PARTS)
        for stage in (KEYED, FRESH, FRESH_ASKED):
            (written,) = sqlglot.transpile(stage.format(shaped=shaped), read="duckdb", write="spark")
            assert written.lower().startswith("select") and "string_split" not in written.lower()


def test_targets_and_what_counts():
    stages = [
        targets_sql("asked", True, ("/models",)),
        targets_sql("asked", False),
        FILES,
        HITS.format(methods="'GET'", routes="'resolve'", known="true", shards=""),
        COUNTED.format(statuses="q.status = 200", final="", parts="", automated="true"),
        ASKED_FIRST.format(automated="true"),
    ]
    for sql in stages:
        (written,) = sqlglot.transpile(sql, read="duckdb", write="spark")
        assert "select" in written.lower()
