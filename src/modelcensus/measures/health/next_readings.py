"""What to collect next: the readings that would take most out of the width of monthly bounds, with their commands.

Two kinds of holes. An edge between two months at which a source was not read soundly: the downloads between the
readings on both sides of it stand on neither side for certain, and one reading of that day decides them all. And the
time since a source was last read soundly, whose downloads are open: what its repositories usually bring in that time.
Each source counts by itself, as if no other had read the same repositories.
"""

from datetime import date, timedelta

from modelcensus.flows.calendar import day_of
from modelcensus.ledger import Manifest
from modelcensus.measures.health.sources import import_command
from modelcensus.measures.health.watch import OpenEdge
from modelcensus.vocabulary import Period

OVERDUE = ("due", "stale", "stalled")
SPOILED = {
    "stall": "stalled",
    "half_stall": "half stalled",
    "rollback": "rolled back",
    "ahead": "booked twice",
    "aside": "around a double booking",
    "uncertain": "of an uncertain day",
}
"""Verdicts in words; `partial` is one already."""


def edge_reading(edge: OpenEdge, source: dict, like: Manifest) -> dict[str, object]:
    """The reading that would close an open month edge."""
    day = day_of(edge.day)
    months = f"{Period.month(day - timedelta(days=1))} or to {Period.month(day)}"
    inside = ", ".join(f"{n} {SPOILED.get(kind, kind)}" for kind, n in edge.between.items())
    held = f"the snapshots inside decide nothing: {inside}" if inside else "no snapshot inside"
    return {
        "kind": "month_edge",
        "source": source["source"],
        "counter": source["counter"],
        "day": str(day),
        "from": str(day_of(edge.since)),
        "to": str(day_of(edge.until)),
        "downloads": edge.downloads,
        "repositories": edge.repositories,
        "why": f"no sound reading between {day_of(edge.since)} and {day_of(edge.until)} ({held}); what was downloaded"
        f" in that time may belong to {months}",
        "command": import_command(like, str(day)),
    }


def newer_reading(
    source: dict, downloads_a_day: float, repositories: int, like: Manifest, today: date
) -> dict | None:
    """The reading that an overdue source lacks; nothing where it is not overdue."""
    if source["status"] not in OVERDUE:
        return None
    last = source["last_sound"] or source["from"]
    why = f"last sound reading {last}, {source['days_since']} days before {today}"
    if source["usual_step"]:
        why += f"; usually every {source['usual_step']:g}"
    if source["status"] == "stalled":
        why += f"; snapshots up to {source['to']} say nothing new: look at the source before you read it again"
    return {
        "kind": source["status"],
        "source": source["source"],
        "counter": source["counter"],
        "day": str(today),
        "from": last,
        "to": str(today),
        "downloads": round(downloads_a_day * source["days_since"]) or None,
        "repositories": repositories or None,
        "why": why,
        "command": import_command(like, str(today)),
    }


def missing_reading(source: dict, months: Period, like: Manifest) -> dict[str, object]:
    """The months that a published series leaves out."""
    return {
        "kind": "missing_months",
        "source": source["source"],
        "counter": source["counter"],
        "day": str(months.start),
        "from": str(months.start),
        "to": str(months.end),
        "downloads": None,
        "repositories": None,
        "why": f"{months} is missing between months that are there",
        "command": import_command(like, str(months.start)),
    }


def by_downloads(readings: list[dict]) -> list[dict]:
    """Those that would remove most width first; those of unknown width after them, oldest first."""
    return sorted(readings, key=lambda r: (-(r["downloads"] or 0), r["from"], r["source"], str(r["counter"])))
