"""Answers of very many rows stay columns: what is told of them is what is told of rows that are objects."""

import pytest

from modelcensus.measures import evaluate
from modelcensus.measures.many_rows import ManyRows

REQUESTS = [
    {"measure": "downloads", "by": ["organization", "month"]},
    {"measure": "downloads", "by": ["repository"]},
    {"measure": "downloads", "by": ["variant", "month"]},
    {"measure": "share", "by": ["repository"]},
    {"measure": "mix", "by": ["license_class", "month"]},
    {"measure": "rank", "by": ["organization", "month"]},
    {"measure": "downloads", "by": ["age", "organization"]},
    {"measure": "downloads", "by": ["root_family"]},
]


@pytest.mark.parametrize("asked", REQUESTS, ids=str)
def test_rows_as_columns_are_the_same_rows(sample, monkeypatch, asked):
    monkeypatch.setattr(sample, "answers", None)
    monkeypatch.setattr(sample, "from_sums", None)  # an app over the same census may have turned it on
    few = sample.measure(**asked)
    monkeypatch.setattr(evaluate, "MANY", 1)
    many = sample.measure(**asked)
    assert isinstance(many.rows, ManyRows) and len(many.rows) == len(few.rows)
    assert tuple(many.rows) == few.rows
    assert many.rows[-1] == few.rows[-1] and many.rows[1:4] == few.rows[1:4] and many.rows[::-1] == few.rows[::-1]
    with pytest.raises(IndexError):
        many.rows[len(few.rows)]
    assert many.to_csv() == few.to_csv() and many.as_dict() == few.as_dict()
    assert many.sentence() == few.sentence()
    told = many.to_arrow().select(few.to_arrow().column_names)
    assert told.to_pylist() == few.to_arrow().to_pylist()
