"""Why a share changed: the same repositories grew, new ones came, others vanished, or the list of the source changed."""

from itertools import pairwise

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from modelcensus.measures.change import FIXED, LISTED, NEW, PANEL, SAME, VANISHED, YOUNG, Side, split
from modelcensus.measures.frame import Frame, Span
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.intervals import Interval

SEEN = """
    select repository, min(observed_on) as first_seen, min(min(observed_on)) over () as begun
    from readings_raw group by repository
"""

CLASSES = """
    select unit, known_0, known_1, released is null and came as undated,
           case when not known_1 then '{VANISHED}' when coalesce(released >= date '{start}', came)
                then case when known_0 then '{YOUNG}' else '{NEW}' end
                when known_0 then '{SAME}' else '{LISTED}' end as part
    from (select q.unit, any_value(q.released) as released,
                 any_value(s.first_seen > date '{start}' and s.first_seen > s.begun) as came,
                 coalesce(bool_or(q.span = {first} and not q.open and {seen}), false) as known_0,
                 coalesce(bool_or(q.span = {last} and not q.open), false) as known_1
          from {quantities} q join {name}_seen s on s.repository = q.unit group by q.unit)
    where known_0 or known_1
"""


@measure(
    "decomposition",
    text="the change of the subject's share between two periods, split exactly: the change within the repositories known"
    " in both, and what new, newly listed and vanished repositories add to it",
    unit="share points",
    phrase="the share of {subject} {whole} changed by {value} ({part}) from {since} to {period}",
    citation="docs/method.md, section 3; Melitz and Polanec 2015, RAND Journal of Economics 46(2)",
    parameters=("channel", "counter", "repair", "spikes", "panel"),
    ordered=True,
    named=True,
)
def decomposition(frame: Frame) -> ir.Table:
    """Columns: dimensions, since (the earlier period), part, span, value, low, high (change of the share, -1 to 1),
    repositories, broken, open.

    The parts `same repositories`, `new`, `newly listed` and `vanished` add up to `change`; so do `fixed panel` (the
    change of the share within all that are known in both periods) and `change of panel`. A repository whose flow is open
    is not known in that period. Bounds are valid and may be loose: the two periods share a boundary.
    """
    _refuse(frame)
    order = sorted(range(len(frame.spans)), key=lambda i: (frame.spans[i].start, frame.spans[i].end))
    if len(order) < 2:
        raise RequestError(
            "a change needs two periods", where="decomposition", remedy="give --period twice, or --by month"
        )
    rows = []
    for first, last in pairwise(order) if frame.request.grain else [(order[0], order[-1])]:
        before, after = frame.spans[first], frame.spans[last]
        flags = tuple(dict.fromkeys((*before.flags, *after.flags)))
        sides, opened, broken = _sides(frame, first, last)
        for key, given in sides.items():
            named = {
                **dict(zip(frame.dimensions, key, strict=True)),
                "since": before.label,
                "span": len(frame.labels),
            }
            units = {p: (a.units, b.units) for p, (a, b) in given.items()}
            for part, found in split(given, fixed=frame.request.reading.panel == "fixed").items():
                marks = {"opened": opened, "broken": broken, "repositories": _repositories(part, units)}
                rows.append({**named, "part": part, "found": found, **marks})
        frame.labels.append(Span(after.label, after.start, after.end, flags))
    if all(r["found"] is None for r in rows):
        raise RequestError(
            "no repository is known in two of the periods",
            where="decomposition",
            remedy="ask for periods that were read",
        )
    return ibis.memtable(_table(rows, frame.dimensions))


def _refuse(frame: Frame) -> None:
    frame.more.observed_only()
    if not (frame.request.of or frame.dimensions):
        raise RequestError("whose share?", where="decomposition", remedy="give --of organization=NAME, or --by")


def _sides(
    frame: Frame, first: int, last: int
) -> tuple[dict[tuple[object, ...], dict[str, tuple[Side, Side]]], int, bool]:
    """Per subject and part: the downloads of the subject and of all others in both periods; how many repositories are
    known in neither, because nothing was read at or after the end of either; and whether a chain breaks."""
    engine, name = frame.engine, f"{frame.more.name}_{first}_{last}"
    counter = frame.request.reading.counter
    engine.query(f"{name}_seen", SEEN)
    start, end = frame.spans[first].start, frame.spans[first].end
    words = {"SAME": SAME, "NEW": NEW, "LISTED": LISTED, "VANISHED": VANISHED, "YOUNG": YOUNG}
    seen = "true" if counter else f"s.first_seen <= date '{end}'"
    quantities = frame.quantities.get_name()
    classes = engine.query(
        f"{name}_parts",
        CLASSES.format(start=start, first=first, last=last, seen=seen, quantities=quantities, name=name, **words),
    )
    undated = engine.fetch(classes.filter(_.undated & _.part.isin([NEW, YOUNG])).count().as_table())[0][0].as_py()
    if undated:
        frame.notes.append(f"new because first seen then, the day of release unknown: {undated:,} repositories")
    places = {first: 0, last: 1}
    wholes: dict[tuple[str, int], dict] = {}
    subjects: dict[tuple[object, ...], dict[tuple[str, int], dict]] = {}
    for table, keys in ((frame.quantities, ()), (frame.subject(), frame.dimensions)):
        known = table.filter(_.span.isin([first, last])).join(classes, "unit")
        known = known.filter(((_.span == first) & _.known_0) | ((_.span == last) & _.known_1))
        sums = known.group_by([*keys, "part", "span"]).aggregate(
            low=_.low.sum(),
            estimate=_.estimate.sum(),
            high=_.high.sum(),
            units=_.unit.nunique(),
            broken=_.broken.any(),
        )
        frame.evidence.append(sums)
        for row in engine.fetch(sums).to_pylist():
            place = row["part"], places[row["span"]]
            if table is frame.quantities:
                wholes[place] = row
            else:
                subjects.setdefault(tuple(row[k] for k in keys), {})[place] = row
    opened = engine.rows(f"""select count(distinct unit) as n from {quantities}
                             where unit not in (select unit from {name}_parts)""")[0]["n"]
    found = {key: {p: (_side(own, wholes, p, 0), _side(own, wholes, p, 1)) for p in words.values()}
             for key, own in subjects.items()}  # fmt: skip
    return found, opened, any(row["broken"] for row in wholes.values())


def _side(own: dict, wholes: dict, part: str, place: int) -> Side:
    whole = wholes.get((part, place))
    if whole is None:
        return Side()
    mine = own.get((part, place), {"low": 0, "estimate": 0, "high": 0})
    subject = Interval(int(mine["low"]), int(mine["estimate"]), int(mine["high"]))
    rest = [max(int(whole[c]) - int(mine[c]), 0) for c in ("low", "estimate", "high")]
    return Side(subject, Interval(*rest), whole["units"])


def _repositories(part: str, units: dict[str, tuple[int, int]]) -> int:
    """How many repositories a part has: those of the last period, of what vanished those of the first."""
    counts = {p: first if p == VANISHED else last for p, (first, last) in units.items()}
    young = counts.pop(YOUNG)
    own = {
        FIXED: counts[SAME] + young,
        PANEL: counts[NEW] + counts[LISTED] + counts[VANISHED],
        NEW: counts[NEW] + young,
    }
    return own[part] if part in own else counts[part] if part in counts else sum(counts.values()) + young


def _table(rows: list[dict], dimensions: tuple[str, ...]) -> pa.Table:
    columns = {d: pa.array([None if r[d] is None else str(r[d]) for r in rows], pa.string()) for d in dimensions}
    for name in ("since", "part"):
        columns[name] = pa.array([r[name] for r in rows], pa.string())
    for name in ("repositories", "span", "opened"):
        columns[name] = pa.array([r[name] for r in rows], pa.int64())
    for name, bound in {"value": "estimate", "low": "low", "high": "high"}.items():
        columns[name] = pa.array([getattr(r["found"], bound, None) for r in rows], pa.float64())
    columns["open"] = pa.array([r["opened"] > 0 for r in rows], pa.bool_())
    columns["broken"] = pa.array([r["broken"] for r in rows], pa.bool_())
    return pa.table(columns)
