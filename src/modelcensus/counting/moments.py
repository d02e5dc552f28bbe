"""When: the texts of minutes as minutes since 1970, UTC."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from modelcensus.vocabulary import RequestError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = {
    m: i
    for i, m in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1)
}
_CLF = re.compile(r"(\d{2})/([A-Z][a-z]{2})/(\d{4}):(\d{2}):(\d{2}) ?([+-]\d{2})(\d{2})\W?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
EARLIEST, LATEST = datetime(1995, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Between these a time is taken for one: no model was asked for outside."""


def minute_of(text: str | None, zone: tzinfo = UTC) -> int | None:
    """The minute that a text says; null where it says none. `zone`: of texts without one.

    In the hour that a change from summer time repeats, a text without a zone means the first of the two.

    >>> minute_of("01/Jan/1996:01:00 +0100") == minute_of("1996-01-01T00:00Z") == minute_of("#13674240")
    True
    >>> minute_of("31/Feb/2026:00:00 +0000") is None
    True
    """
    if not text:
        return None
    try:
        when = _read(text, zone)
    except (ValueError, OverflowError):
        return None
    return None if when is None or not EARLIEST <= when < LATEST else int((when - EPOCH) // timedelta(minutes=1))


def zone_of(name: str) -> tzinfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RequestError(
            f"no time zone {name!r}", where="--policy timezone", remedy="use for example Europe/Berlin or UTC"
        ) from error


def _read(text: str, zone: tzinfo) -> datetime | None:
    if text[0] == "#":
        return EPOCH + timedelta(minutes=int(text[1:]))
    if match := _CLF.fullmatch(text):
        day, month, year, hour, minute, offset, rest = match.groups()
        if month not in _MONTHS:
            return None
        return _utc(year, _MONTHS[month], day, hour, minute, offset + rest)
    if match := _ISO.fullmatch(text):
        year, month, day, hour, minute, stated = match.groups()
        if stated:
            return _utc(year, month, day, hour, minute, "+0000" if stated == "Z" else stated.replace(":", ""))
        return datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=zone).astimezone(UTC)
    return None


def _utc(year: str, month: str | int, day: str, hour: str, minute: str, offset: str) -> datetime | None:
    hours, minutes = int(offset[1:3]), int(offset[3:])
    if hours > 14 or minutes > 59:
        return None
    local = datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC)
    shift = timedelta(hours=hours, minutes=minutes)
    return local - shift if offset[0] == "+" else local + shift
