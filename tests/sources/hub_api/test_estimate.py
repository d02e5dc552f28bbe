"""The time left: against runs that are simulated second by second, and what is told of a real one."""

from hypothesis import given
from hypothesis import strategies as st

from hub import Hub, runs
from modelcensus.ledger import Ledger
from modelcensus.sources.hub_api import FOLDER, Collecting, HubClient, asked_for, wire
from modelcensus.sources.hub_api.estimate import COMMITTING, remaining


def simulated(pages: int, a_page: float, rows: int, a_row: float, read: int, converted: int) -> float:
    """Seconds until the end of a run of `pages` pages of `rows` rows, of which some are read and some converted: one
    reader, one converter that takes pages in their order, then the commit."""
    ready, free = 0.0, 0.0
    for page in range(pages):
        ready = ready + a_page if page >= read else 0.0
        if page >= converted:
            free = max(free, ready) + rows * a_row
    return max(ready, free) + COMMITTING * pages * rows * a_row


@given(
    pages=st.integers(20, 400), a_page=st.floats(0.01, 2), a_row=st.floats(1e-6, 2e-3), read=st.floats(0, 1), behind=st.floats(0, 1)
)  # fmt: skip
def test_what_is_left_is_what_a_reader_and_a_converter_need(pages, a_page, a_row, read, behind):
    done = int(read * pages)
    converted = int(behind * done)
    left = remaining((pages - done) * a_page, (pages - converted) * 1000, pages * 1000, a_row)
    true = simulated(pages, a_page, 1000, a_row, done, converted)
    assert left <= true + 1e-6, "never more than is needed at this pace"
    assert true - left <= a_page + 1000 * a_row + 1e-6, "and short by a page at most"


def test_time_is_told_until_the_last_part_is_converted_and_grows_short(hub, world, tmp_path):
    told = []
    client = HubClient(hub.url, tmp_path / FOLDER, anonymous=True, patience=runs.QUICK)
    with Collecting(tmp_path / FOLDER, client, asked_for(), progress=told.append) as collecting:
        collecting.open()
        collecting.crawl.expected = len(world.repositories)
        Ledger(tmp_path).commit(collecting.collect().batch)
    assert all(p.seconds_left is not None and p.seconds_left > 0 for p in told)
    assert told[-1].rows == len(world.repositories)
    assert told[-1].seconds_left < 60, "what is left after the last page is not the pages"


def test_a_first_listing_is_measured_by_what_the_hub_is_known_to_hold(hub, world, tmp_path):
    told = []
    client = HubClient(hub.url, tmp_path / FOLDER, anonymous=True, patience=runs.QUICK)
    with Collecting(tmp_path / FOLDER, client, asked_for(), progress=told.append) as collecting:
        collecting.open()
        collecting.collect()
    assert told[0].expected == wire().repositories.count and told[0].seconds_left > 60
    assert told[-1].expected == len(world.repositories), "at its end it is known how many there are"


def test_a_listing_of_unknown_length_has_no_end_that_could_be_told(world, tmp_path):
    told, author = [], world.repositories[0].name.partition("/")[0]
    with Hub(world, page=100) as hub:
        client = HubClient(hub.url, tmp_path / FOLDER, anonymous=True, patience=runs.QUICK)
        with Collecting(tmp_path / FOLDER, client, asked_for(authors=[author]), progress=told.append) as collecting:
            collecting.open()
            collecting.collect()
    assert told and all(p.seconds_left is None for p in told)
