"""What happened is read once of a census, and chosen from in memory."""

from modelcensus.measures import Census
from modelcensus.measures.happened import OF_RELEASES, Happenings
from modelcensus.vocabulary import Request


def asked(organization: str) -> Request:
    return Request.build("share", {"organization": organization}, by="month", reading=["channel=reported:modelpulse"])


def test_releases_are_looked_for_once_also_where_there_are_none(sample, monkeypatch):
    census = Census(sample.ledger, cache=False)
    rows = census.answer(asked("Qwen")).rows
    statements = []
    monkeypatch.setattr(census.engine, "rows", lambda sql: statements.append(sql) or [])
    happenings = Happenings(census)
    assert [happenings.of(asked(name), rows) for name in ("Qwen", "google", "Qwen")] == [(), (), ()]
    assert statements == [OF_RELEASES]
