"""How many repositories were released, as far as the ledger has seen them."""

from dataclasses import replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
from ibis import _

from modelcensus.measures.descent import asked_relations
from modelcensus.measures.frame import Frame
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import Period, RequestError

SEEN = "open: only repositories that the ledger has seen"


@measure(
    "releases",
    text="repositories released in each period: originals and the fine-tunes of the family's own organization; other"
    " derivatives where the reading names their relation",
    unit="repositories",
    phrase="{subject} released {value} repositories {whole} in {period}",
    question="What does {whom} release?",
    citation="docs/method.md, section 3",
    parameters=("relations",),
    basis="catalog",
)
def releases(frame: Frame) -> ir.Table:
    """Columns: dimensions, span, value, low (repositories); high is null: what no source lists is not counted.

    A period in which a group released nothing has a row where the group released something in another one.
    """
    counted = _counted(frame)
    dated = replace(frame, quantities=counted.filter(_.released.notnull())).subject()
    periods = _periods(frame, dated)
    calendar = frame.calendar(periods, (SEEN,))
    placed = dated.join(calendar, [dated.released >= calendar.start, dated.released < calendar.end])
    _say_undated(frame, counted, placed)
    keys = list(frame.dimensions)
    sums = placed.group_by([*keys, "span"]).aggregate(
        found=_.estimate.sum().cast("int64"), sure=_.low.sum().cast("int64")
    )
    spans = calendar.select(every="span")
    groups = sums.select(*keys).distinct().cross_join(spans) if keys else spans
    grid = groups.rename({f"of_{k}": k for k in keys})
    joined = grid.left_join(sums, [grid.every == sums.span, *(grid[f"of_{k}"].identical_to(sums[k]) for k in keys)])
    return joined.select(
        **{k: _[f"of_{k}"] for k in keys},
        span=_.every,
        value=_.found.fill_null(0),
        low=_.sure.fill_null(0),
        high=ibis.null("int64"),
    )


def _counted(frame: Frame) -> ir.Table:
    """The repositories that count as releases, as quantities of one each."""
    asked = asked_relations(frame)
    one = frame.quantities.mutate(low=ibis.literal(1), estimate=ibis.literal(1), high=ibis.literal(1))
    if "relation" in (*frame.dimensions, *(d for d, _values in frame.request.of)):
        return one
    original = (_.relation == "none") | (_.first_party & _.relation.isin(["finetune", "merge"]))
    kept = one.filter(original | _.relation.isin(asked) if asked else original)
    left = frame.engine.fetch(one.aggregate(all=one.count())).to_pylist()[0]["all"]
    left -= frame.engine.fetch(kept.aggregate(all=kept.count())).to_pylist()[0]["all"]
    if left:
        frame.notes.append(
            f"{left:,} derivatives in scope are no releases of their own here (quantizations, adapters, and others'"
            " fine-tunes and merges): --reading relations=finetune,adapter,quantized,merge counts them"
        )
    return kept


def _periods(frame: Frame, dated: ir.Table) -> list[Period]:
    """The periods asked for, up to the last one that the ledger can have seen releases of."""
    request = frame.request
    extent = frame.engine.fetch(dated.aggregate(first=dated.released.min(), last=dated.released.max())).to_pylist()[0]
    if extent["first"] is None:
        raise RequestError(
            "no release date is known of these repositories", where="releases", remedy="widen --of or --within"
        )
    whole = Period(extent["first"].replace(day=1), extent["last"] + timedelta(days=1))
    if request.grain:  # the whole parts that the releases touch
        whole = Period(
            whole.start - timedelta(days=whole.start.weekday()) if request.grain == "week" else whole.start,
            Period.month(extent["last"]).end if request.grain == "month" else whole.end + timedelta(days=6),
        )
    asked = request.periods or (whole,)
    chosen = [part for p in asked for part in (p.split(request.grain) if request.grain else [p])]
    until = _seen_until(frame)
    seen = [p for p in chosen if p.start <= until]
    if not seen:
        raise RequestError(
            f"the ledger has seen repositories up to {until}", where="--period", remedy="ask for an earlier one"
        )
    if seen[-1].end > until + timedelta(days=1):
        frame.notes.append(f"the last period is not over: repositories were seen up to {until}")
    return seen


def _seen_until(frame: Frame) -> date:
    days = frame.engine.rows(
        "select max(day) as day from (select max(observed_on) as day from observations"
        " union all select max(observed_on) from facts union all select max(listed_on) from lists)"
    )
    return days[0]["day"] or date.max


def _say_undated(frame: Frame, counted: ir.Table, placed: ir.Table) -> None:
    nameless = counted.filter(_.released.isnull())
    undated = frame.engine.fetch(nameless.aggregate(n=nameless.count())).to_pylist()[0]["n"]
    if undated:
        frame.notes.append(f"{undated:,} repositories in scope have no known release date and are not counted")
    of_family = placed.filter(_.released_rule == "generation")
    dated = frame.engine.fetch(of_family.aggregate(n=of_family.unit.nunique())).to_pylist()[0]["n"]
    if dated:
        frame.notes.append(f"{dated:,} of those counted have the date of their generation, not one of their own")
