"""Requests: provenance, as-of, and errors that name the nearest valid choice."""

import json
from datetime import timedelta

import pytest

from ledgers import COMMITTED, batch_of, fact, ledger_of, observation
from modelcensus.ledger import Ledger
from modelcensus.measures import Census, measures
from modelcensus.vocabulary import LedgerError, RequestError


def counters(*days: int, repository: str = "Qwen/a"):
    rows = [observation(repository, "all_time", 100 * t + 1, t) for t in days]
    return batch_of("dump", "hub", observations=rows, facts=[fact(repository)])


@pytest.fixture
def root(tmp_path):
    ledger_of(tmp_path, counters(0, 31, 59))
    return tmp_path


def january(census: Census, **request):
    return census.measure("downloads", of={"organization": "Qwen"}, period="2026-01", **request)


def test_the_same_request_has_the_same_provenance_and_the_same_numbers(root):
    first, second = january(Census(Ledger(root))), january(Census(Ledger(root)))
    assert first.provenance == second.provenance
    assert first.rows == second.rows
    assert first.rows[0].value == 3_100


def test_another_request_or_another_reading_has_another_provenance(root):
    census = Census(Ledger(root))
    ids = {
        january(census).provenance.id,
        january(census, reading=["repair=none"]).provenance.id,
        january(census, within="makers").provenance.id,
        census.measure("downloads", period="2026-01").provenance.id,
        census.measure("downloads", period="2026-02").provenance.id,
    }
    assert len(ids) == 5


def test_a_new_batch_changes_the_provenance_and_as_of_brings_the_old_number_back(root):
    before = january(Census(Ledger(root)))
    later = COMMITTED + timedelta(days=3)
    ledger = ledger_of(root, counters(0, 31, repository="Qwen/b"), committed_at=later)
    census = Census(ledger)
    after = january(census)
    assert after.provenance.id != before.provenance.id
    assert set(before.provenance.batches) < set(after.provenance.batches)
    assert after.rows[0].value == 2 * before.rows[0].value
    for past in (january(census, as_of=COMMITTED.date()), january(Census(ledger, as_of=COMMITTED.date()))):
        assert past.rows == before.rows
        assert past.provenance.batches == before.provenance.batches
    assert january(census, as_of=later.date()).rows == after.rows


def test_before_the_first_batch_there_is_nothing_to_tell(root):
    with pytest.raises(LedgerError, match="2020-01-01"):
        january(Census(Ledger(root)), as_of="2020-01-01")


def test_the_record_of_a_number_can_be_read_and_says_what_it_rests_on(root):
    ledger = Ledger(root)
    result = january(Census(ledger))
    record = ledger.provenance(result.provenance.id)
    assert record is not None
    assert record["id"] == result.provenance.id
    assert record["rows"] == json.loads(json.dumps([r.as_dict() for r in result.rows]))
    assert record["measure"] == "downloads" and record["unit"] == "downloads"
    assert record["definition"] == measures()["downloads"].text
    assert record["request"]["period"] == ["2026-01"]
    assert "select" in record["sql"].lower()
    assert record["provenance"]["batches"] == [m.id for m in ledger.manifests()]
    assert ledger.provenance("p000000000000") is None


def test_a_ledger_that_cannot_be_written_still_answers(root, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Ledger, "record", full)
    result = january(Census(Ledger(root)))
    assert result.unrecorded
    assert result.rows[0].value == 3_100


def test_a_result_as_table_and_text_holds_the_same_numbers(root):
    result = january(Census(Ledger(root)))
    assert result.to_arrow()["value"].to_pylist() == [3_100.0]
    assert result.to_arrow().schema.metadata[b"provenance"].decode() == result.provenance.id
    assert "3100" in result.to_csv()
    assert json.loads(json.dumps(result.as_dict()))["rows"][0]["value"] == 3_100
    assert (
        "3,100" in result.sentence() and "January 2026" in result.sentence() and "counted here" in result.sentence()
    )


def test_nothing_read_at_the_end_is_open_and_no_number(root):
    row = Census(Ledger(root)).measure("downloads", period="2026-02..2026-03").rows[0]
    assert row.high is None and row.value is None
    assert row.low == 2_800
    assert any("open" in f for f in row.flags)
    share = Census(Ledger(root)).measure("share", of={"organization": "Qwen"}, period="2026-02..2026-03").rows[0]
    assert share.value is None and share.high == 1


def test_an_open_subject_beside_a_closed_rest_keeps_its_lower_bound(tmp_path):
    """Only the part is open: 2,800 at least of 2,800 + 5,900 at most."""
    census = Census(ledger_of(tmp_path, counters(0, 31, 59), counters(0, 31, 90, repository="google/b")))
    row = census.measure("share", of={"organization": "Qwen"}, period="2026-02..2026-03").rows[0]
    assert (row.value, row.high) == (None, 1)
    assert row.low == pytest.approx(2_800 / (2_800 + 5_900))


@pytest.mark.parametrize(
    ("measure", "request_", "said"),
    [
        ("shares", {}, "share"),
        ("share", {"by": "organisation"}, "organization"),
        ("share", {"of": {"familly": "Qwen"}}, "family"),
        ("share", {"within": "mainlin"}, "mainline"),
        ("share", {"of": {"organization": "Qwn"}}, "Qwen"),
        ("share", {"of": {"family": "Qween"}, "period": "2026-05"}, "Qwen"),
        ("share", {"period": "2019-01"}, "2026-04-03"),
        ("share", {"period": "2026-13"}, "month"),
        ("share", {"period": "2026-03..2026-01"}, "swap"),
        ("share", {"by": ["month", "week"]}, "choose"),
        ("share", {"reading": ["repair=hard"]}, "conservative"),
        ("share", {"reading": ["panle=fixed"]}, "panel"),
        ("share", {"reading": ["channel=reported:modelpuls"]}, "reported:modelpulse"),
        ("share", {"reading": ["counter"]}, "NAME=VALUE"),
        ("share", {"of": ["Qwen"]}, "NAME=VALUE"),
        ("downloads", {"reading": ["counter=rolling_30d"], "period": "2026-04-04"}, "2026-04-03"),
        ("downloads", {"reading": ["counter=all_time"]}, "no all-time counter"),
        ("downloads", {"period": "2026-05-03..2026-05-05", "by": "month"}, "longer"),
        ("ratio", {"of": {"organization": "Qwen"}}, "peers"),
        ("crossover", {"of": {"organization": "Qwen"}}, "peers"),
        (
            "ratio",
            {"of": {"organization": "Qwen"}, "reading": ["channel=reported:modelpulse", "peers=ranks:first"]},
            "ranks:2..9",
        ),
        (
            "ratio",
            {"of": {"organization": "Qwen"}, "reading": ["channel=reported:modelpulse", "peers=meta-lama"]},
            "meta-llama",
        ),
        (
            "share",
            {"of": {"organization": "unsloth"}, "reading": ["channel=reported:modelpulse", "peers=five-labs"]},
            "does not contain unsloth",
        ),
        ("share", {"as_of": "yesterday"}, "YYYY-MM-DD"),
    ],
)
def test_an_impossible_request_is_an_error_that_helps(sample, measure, request_, said):
    with pytest.raises(RequestError) as caught:
        sample.measure(measure, **request_)
    assert said in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("value", ["'; drop table facts; --", "x' or '1'='1", "a" * 5_000, "模型", "\u0000", "%s{0}"])
def test_hostile_values_are_only_unknown_values(sample, value):
    with pytest.raises(RequestError):
        sample.measure("downloads", of={"organization": [value]}, period="2026-05")
    with pytest.raises(RequestError):
        sample.measure("downloads", within=value)
    with pytest.raises(RequestError):
        sample.measure("downloads", reading={"channel": value})
    assert sample.engine.has("facts")
