"""What changed since the month before, and over a year."""

from modelcensus.measures import Result, number, period_text
from modelcensus.publish.charts import Bar, Words, bar_chart
from modelcensus.publish.result_chart import source_line
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Figure, Section, Statement


def changes(scene: Scene) -> Section | None:
    """Downloads of each maker in the newest month against the one before and a year before."""
    monthly = scene.monthly
    if not monthly or len(scene.months) < 2:
        return None
    values = _values(monthly)
    month, before = scene.months[-1], scene.months[-2]
    year = scene.months[-13] if len(scene.months) >= 13 else ""
    moved = sorted(
        ((values[o, month] - values[o, before], o) for o, m in values if m == month and (o, before) in values),
        key=lambda pair: -abs(pair[0]),
    )
    if not moved:
        return None
    difference, who = moved[0]
    name, when, then = scene.name(who), period_text(month), period_text(before)
    word = "rose" if difference > 0 else "fell"
    statements = [
        Statement(
            f"The largest change from {then} to {when}: {name} {word} by {number(abs(difference), 'downloads')} downloads"
            f" ({_percent(values[who, month], values[who, before])}), {monthly.counted_by}.",
            (monthly.provenance.id,),
        )
    ]
    total, total_before = (sum(v for (_, m), v in values.items() if m == x) for x in (month, before))
    statements.append(
        Statement(
            f"All listed makers together went from {number(total_before, 'downloads')} to {number(total, 'downloads')}"
            f" ({_percent(total, total_before)}).",
            (monthly.provenance.id,),
        )
    )
    if year and (scene.leader, year) in values:
        statements.append(
            Statement(
                f"Over the year from {period_text(year)}, {scene.name(scene.leader)} went from"
                f" {number(values[scene.leader, year], 'downloads')} to {number(values[scene.leader, month], 'downloads')}"
                f" ({_percent(values[scene.leader, month], values[scene.leader, year])}).",
                (monthly.provenance.id,),
            )
        )
    words = Words(
        f"{name} {word} most from {then} to {when}",
        f"Downloads in {when} and change since {then}, {monthly.whole_text}; {monthly.counted_by}",
        source_line(monthly),
    )
    now = sorted(((v, o) for (o, m), v in values.items() if m == month), reverse=True)[:12]
    bars = [
        Bar(
            scene.name(o), v,
            f"{number(v, 'downloads')} ({_percent(v, values[o, before])})" if (o, before) in values else f"{number(v, 'downloads')} (new)",
            accent=o == who,
        )
        for v, o in now
    ]  # fmt: skip
    return Section(
        "changes",
        "What changed?",
        statements,
        [Figure("changes", lambda size: bar_chart(bars, words, percent=False, size=size))],
        results=[monthly],
    )


def _values(result: Result) -> dict[tuple[str, str], float]:
    return {(str(r.dimensions["organization"]), r.period): r.value for r in result.rows if r.value is not None}


def _percent(now: float, before: float) -> str:
    return f"{100 * (now / before - 1):+.0f} %" if before else "from nothing"
