"""What a notebook shows of a ledger and of a census: nothing is computed, foreign names are text, damage is said."""

from html.parser import HTMLParser

import pytest

from ledgers import batch_of, ledger_of, observation
from modelcensus.ledger import Ledger
from modelcensus.measures import Census

PAIR = ("acme/a", "acme/b")
HOSTILE = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """The texts and tags of a page; a tag with an attribute is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert not attrs, attrs
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    batches = [
        batch_of(f"series-{i}", "hub", observations=[observation(r, "all_time", 5 + i, i) for r in PAIR])
        for i in range(11)
    ]
    return ledger_of(
        tmp_path, *batches, batch_of(HOSTILE, "log:mine", observations=[observation("acme/a", "all_time", 99, 40)])
    )


def test_a_line_counts_batches_rows_days_and_channels(ledger):
    days = sorted(d for m in ledger.manifests() for d in (m.first_day, m.last_day) if d)
    told = f"12 batches, 23 rows, {days[0]} to {days[-1]}, hub, log:mine"
    assert repr(ledger) == f"<Ledger {ledger.root}: {told}>"
    assert repr(Census(ledger)) == f"<Census of {ledger.root}: {told}>"


@pytest.mark.parametrize("kind", [Ledger, Census])
def test_a_table_shows_the_newest_batches_and_counts_the_others(ledger, kind):
    page = read((ledger if kind is Ledger else Census(ledger))._repr_html_())
    assert set(page.tags) <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "small"}
    assert page.tags.count("tr") == 11 and "2 older batches" in page.texts
    assert HOSTILE in page.texts and "series-10" in page.texts and "series-1" not in page.texts
    assert ledger.manifests()[-1].id in page.texts


def test_a_census_as_of_a_day_says_so_and_is_shown_without_an_engine(ledger):
    census = Census(ledger, as_of=ledger.manifests()[-1].committed_at.date())
    assert f"as of {census.as_of}" in census._repr_html_() and f"as of {census.as_of}" in repr(census)
    assert "stored" not in vars(census) and "knowledge" not in vars(census)


def test_a_ledger_that_cannot_be_read_says_why(ledger):
    path = next(ledger.manifests_folder.glob("*.json"))
    path.write_text("{<b>")
    assert "damaged manifest" in repr(ledger) and path.name in repr(ledger)
    assert "damaged manifest" in "".join(read(ledger._repr_html_()).texts)
    assert set(read(ledger._repr_html_()).tags) == {"p"}


def test_an_empty_folder_is_a_ledger_of_nothing(tmp_path):
    assert repr(Ledger(tmp_path)) == f"<Ledger {tmp_path}: 0 batches, 0 rows>"
    assert read(Ledger(tmp_path)._repr_html_()).tags.count("tr") == 1
