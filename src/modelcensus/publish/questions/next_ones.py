"""How far the leader is ahead of those behind it."""

from modelcensus.measures import Result, number, period_text
from modelcensus.publish.bars import Bar, bar_chart
from modelcensus.publish.charts import Words
from modelcensus.publish.prose import Linked, Name, prose
from modelcensus.publish.result_chart import source_line
from modelcensus.publish.scene import MAKERS, Scene
from modelcensus.publish.section import DataTable, Figure, Section, Statement
from modelcensus.vocabulary.naming import opening

RANKS = "ranks:2..9"


def next_ones(scene: Scene) -> Section | None:
    """The leader against the next eight, under each reading of who they are."""
    if not scene.reported:
        return None
    of, period = {"organization": scene.leader}, scene.month
    ratios = [
        scene.ask("ratio", of=of, period=period, reading={"peers": name})
        for name, peers in scene.census.knowledge.peers.items()
        if peers.use == "ratio" and scene.leader not in peers.members and _present(scene, peers.members)
    ]
    ratios.append(scene.ask("ratio", of=of, period=period, within=MAKERS, reading={"peers": RANKS}))
    ratios.append(scene.ask("ratio", of=of, period=period, within="listed", reading={"peers": RANKS}))
    ratios = [r for r in ratios if r.rows[-1].value]
    if not ratios:
        return None
    name, when = scene.maker(scene.leader), period_text(period)
    least, most = (pick(ratios, key=lambda r: r.rows[-1].value or 0) for pick in (min, max))
    lead = Statement.build(
        f"In {when} ", Name(name), " had ", *_spread(least, most), " the downloads of the next ones together, depending on who they are.",
        also=tuple(r.provenance.id for r in ratios),
    )  # fmt: skip
    spread = prose(*_spread(least, most)).text
    words = Words(
        f"{opening(name)} had {spread} the downloads of the next ones together",
        f"Times the summed downloads of those named, {when}; {ratios[0].counted_by}",
        source_line(*ratios),
    )
    bars = [
        Bar(r.whole_text, r.rows[-1].value or 0, f"{number(r.rows[-1].value, 'times')} times", accent=True)
        for r in ratios
    ]
    missing = dict.fromkeys(n for r in ratios for n in r.notes if n.startswith("not in these data"))
    ranks = scene.ask("rank", by=["organization"], period=period, within="listed")
    return Section(
        "next-ones",
        "How does the leader compare with the next eight?",
        [lead, *(Statement.of(r) for r in ratios)],
        [Figure("next-ones", lambda size: bar_chart(bars, words, percent=False, size=size))],
        [DataTable("ranks", "Places of the organizations that the series lists", ranks)],
        remarks=[f"Of a named list, {m}: their downloads would lower the ratio." for m in missing],
        results=ratios,
    )


def _spread(least: Result, most: Result) -> list[str | Linked]:
    """`1.7 to 2.5 times`, or `2.0 times` where both are the same as written."""
    low, high = (Linked(number(r.rows[-1].value, "times"), r.provenance.id) for r in (least, most))
    return [high, " times"] if low.text == high.text else [low, " to ", high, " times"]


def _present(scene: Scene, members: tuple[str, ...]) -> bool:
    rows: Result | None = scene.monthly
    known = {r.dimensions["organization"] for r in rows.rows} if rows else set()
    return sum(m in known for m in members) >= 2
