"""A revision as rows and words: what `modelcensus diff` prints and the report says."""

import csv
import io
import json
from dataclasses import asdict
from decimal import Decimal

from modelcensus.measures.in_words import number
from modelcensus.measures.result import inert
from modelcensus.measures.revision import Revised, Revision, Side
from modelcensus.measures.splits import CAUSES, Split
from modelcensus.vocabulary import Reading, Request


def revision_dict(revision: Revision) -> dict[str, object]:
    """The revision as plain values, for JSON: all numbers that changed, and how many did not."""
    return {
        "then": _side(revision.then),
        "now": _side(revision.now),
        "causes": {c: {"what": revision.causes[c], "numbers": revision.touched(c)} for c in CAUSES},
        "compared": len(revision.numbers),
        "unchanged": sum(not n.changed for n in revision.numbers),
        "changes": [
            {
                "measure": n.request.measure,
                "request": n.request.as_dict(),
                "dimensions": n.dimensions,
                "period": n.period,
                "unit": n.unit,
                "kind": n.kind,
                "value": _split(n.value),
                "low": _split(n.low),
                "high": _split(n.high),
                "flags": number_flags(n),
            }
            for n in revision.changed
        ],
        "uncompared": [{"request": json.loads(text), "why": why} for text, why in revision.uncompared],
        "notes": list(revision.notes),
    }


def revision_csv(revision: Revision) -> str:
    """The numbers that changed as CSV, one a line; texts that a spreadsheet would run are quoted."""
    sink = io.StringIO()
    causes = {c: c.replace(" ", "_") for c in CAUSES}
    ends = ("then", "now")
    columns = ("number", "subject", "period", "unit", "kind", *ends, "change", *causes.values())
    bounds = [f"{bound}_{end}" for bound in ("low", "high") for end in ends]
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([*columns, *bounds, "flags"])
    for n in revision.changed:
        value = (n.value.then, n.value.now, n.value.change, *(n.value.parts[c] for c in causes))
        at = (n.low.then, n.low.now, n.high.then, n.high.now)
        texts = (request_text(n.request), subject_text(n), n.period, n.unit, n.kind)
        writer.writerow([*map(inert, texts), *map(_plain, (*value, *at)), "; ".join(number_flags(n))])
    return sink.getvalue()


def subject_text(revised: Revised) -> str:
    """Whom the number is about."""
    several = [", ".join(values) for _, values in revised.request.of if len(values) > 1]
    return " / ".join((*several, *revised.dimensions.values())) or "all"


def request_text(request: Request) -> str:
    """What was asked, in a few words: measure, scope, and the choices that are not the usual ones.

    >>> request_text(Request.build("share", within="mainline", reading=["channel=hub", "counter=all_time"]))
    'share within mainline (channel hub, counter all_time)'
    """
    usual = asdict(Reading())
    chosen = ", ".join(f"{k} {v}" for k, v in asdict(request.reading).items() if v != usual[k])
    return (
        f"{request.measure}{f' within {request.within}' if request.within else ''}{f' ({chosen})' if chosen else ''}"
    )


def change_text(change: Decimal | None, unit: str) -> str:
    """A difference for reading; of shares in percentage points.

    >>> change_text(Decimal("0.0204"), "share"), change_text(Decimal(-1500000), "downloads"), change_text(None, "times")
    ('+2.0 points', '-1.5 million', 'unknown')
    >>> change_text(Decimal("0.0000004"), "share")
    '+0.00004 points'
    """
    if change is None:
        return "unknown"
    sign, size = "+" if change > 0 else "-" if change < 0 else "", abs(change)
    if unit == "share":
        points = 100 * float(size)
        return (
            f"{sign}{points:.1f} points"
            if points >= 0.1 or not size
            else f"{sign}{Decimal(f'{points:.1g}'):f} points"
        )
    return f"{sign}{number(float(size), unit)}"


def number_flags(revised: Revised) -> list[str]:
    """What is to be said of the split of a number, and of its bounds."""
    flags = list(revised.value.flags)
    for name, bound in (("low", revised.low), ("high", revised.high)):
        flags += [f"{name} {flag}" for flag in bound.flags if flag not in revised.value.flags]
    return flags


def _side(side: Side) -> dict[str, object]:
    knowledge = side.inputs.knowledge
    return {
        "name": side.name,
        "batches": [m.id for m in side.inputs.manifests],
        "knowledge": {"version": str(knowledge.version), "digest": knowledge.digest},
        "software": dict(side.software),
        "published": bool(side.published),
    }


def _split(split: Split) -> dict[str, object]:
    parts = {cause: _plain(part) for cause, part in split.parts.items()}
    return {"then": _plain(split.then), "now": _plain(split.now), "change": _plain(split.change), "parts": parts}


def _plain(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
