"""Tables on terminals of any width."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from modelcensus.cli.wide_table import Column, fitting, print_fitting

words = st.text("abcdefgh -", min_size=0, max_size=40)
numbers = st.integers(0, 10**9).map(lambda n: f"{n:,}")


@st.composite
def columns(draw) -> list[Column]:
    rows = draw(st.integers(1, 4))
    keys = [Column("id", [f"key{n}" for n in range(rows)], key=True)]
    told = [
        Column(f"c{place}", draw(st.lists(numbers if whole else words, min_size=rows, max_size=rows)), whole=whole)
        for place, whole in enumerate(draw(st.lists(st.booleans(), max_size=12)))
    ]
    return keys + told


@given(columns(), st.integers(60, 200))
def test_each_table_fits_and_no_column_is_lost(given_columns, width):
    tables, empty = fitting(given_columns, width)
    headers = [str(c.header) for t in tables for c in t.columns]
    assert sorted(set(headers) | set(empty)) == sorted(c.name for c in given_columns)
    assert all(str(t.columns[0].header) == "id" for t in tables)
    assert all(not any(c.cells) for c in given_columns if c.name in empty)


@given(columns())
def test_no_number_is_broken(given_columns):
    said = io.StringIO()
    print_fitting(Console(file=said, width=60), given_columns)
    lines = said.getvalue().splitlines()
    assert max(map(len, lines)) <= 60
    for column in given_columns:
        assert not column.whole or all(any(f" {cell} " in line for line in lines) for cell in column.cells)
