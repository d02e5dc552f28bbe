"""What the numbers were before, and what changed them since."""

from datetime import date

from modelcensus.measures import CAUSES, Result, Revised, Revision, Side, number, period_text, revise
from modelcensus.measures.revision_rows import change_text, number_flags, subject_text
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Section, Statement
from modelcensus.vocabulary import Request, RequestError
from modelcensus.vocabulary.names import HUB

SHOWN = 5
"""Numbers that the section names; `modelcensus diff` lists them all."""


def revisions(scene: Scene) -> Section | None:
    """The headline numbers against those of the edition before, or of the day before the newest batch."""
    requests = headline(scene)
    if not requests:
        return None
    if scene.previous is None:
        days = {m.committed_at.date() for m in scene.census.manifests}
        when = period_text(max(days).isoformat())
        return _section([], [f"No earlier vintage to compare with: all batches were committed on {when}."], [])
    now = Side("this edition", scene.census.inputs)
    revision = revise(scene.census.ledger, scene.previous, now, requests, [scene.census])
    shown = [(n, _result(scene, n)) for n in revision.changed if n.kind in ("revised", "gone")][:SHOWN]
    results = list({r.provenance.id: r for _, r in shown if r}.values())
    statements = [_lead(revision, tuple(r.provenance.id for r in results))] if results else []
    statements += [Statement(_sentence(n, r), (r.provenance.id,)) for n, r in shown if r]
    remarks = [] if results else [_lead(revision, ()).text]
    remarks += [f"{c.capitalize()}: {revision.causes[c]}." for c in CAUSES if revision.touched(c)]
    remarks += [f"{n[0].upper()}{n[1:]}." for n in revision.notes]
    return _section(statements, remarks, results)


def headline(scene: Scene) -> list[Request]:
    """The numbers that a report leads with, for every period that there is."""
    if not scene.leader:
        return []
    of, by = {"organization": scene.leader}, "month"
    asked: list[Request] = []
    if scene.monthly:
        asked.append(scene.monthly.request)
        sql = "select distinct scope from reported where organization is null order by 1"
        channel = {"channel": scene.reported}
        asked += [
            Request.build("share", of, str(r["scope"]), by, reading=channel) for r in scene.census.engine.rows(sql)
        ]
        asked += [
            Request.build("share", of, by=by, reading={**channel, "peers": name})
            for name, peers in scene.census.knowledge.peers.items()
            if peers.use == "ladder" and scene.leader in peers.members
        ]
    if scene.counter:
        reading = {"channel": HUB, "counter": scene.counter}
        asked += [Request.build("share", of, s, "day", reading=reading) for s in dict.fromkeys((scene.scope, "hub"))]
    if scene.all_time_months:
        asked.append(Request.build("share", of, scene.scope, by, reading={"channel": HUB}))
    return asked


def _section(statements: list[Statement], remarks: list[str], results: list[Result]) -> Section:
    return Section("revisions", "What was revised?", statements, remarks=remarks, results=results)


def _lead(revision: Revision, ids: tuple[str, ...]) -> Statement:
    kinds = {k: sum(n.kind == k for n in revision.changed) for k in ("revised", "bounds", "new", "gone")}
    both = len(revision.numbers) - kinds["new"]
    words = (("bounds", "with other bounds"), ("new", "new"), ("gone", "gone"))
    others = [f"; {kinds[k]:,} {said}" for k, said in words if kinds[k]]
    touched = [f"{revision.touched(c):,} by {c}" for c in CAUSES if revision.touched(c)]
    text = (
        f"Against {_named(revision.then)}, {kinds['revised']:,} of {both:,} numbers were revised{''.join(others)}"
        f"{' (touched: ' if touched else ''}{', '.join(touched)}{')' if touched else ''}."
    )
    return Statement(text, ids)


def _named(side: Side) -> str:
    day = side.name.removeprefix("as of ")
    return (
        f"what the ledger held on {period_text(date.fromisoformat(day).isoformat())}"
        if day != side.name
        else side.name
    )


def _result(scene: Scene, revised: Revised) -> Result | None:
    try:
        return scene.census.answer(revised.request)
    except RequestError:
        return None


def _sentence(revised: Revised, result: Result) -> str:
    value, unit = revised.value, revised.unit
    parts = [f"{change_text(value.parts[c], unit)} by {c}" for c in CAUSES if value.parts[c]]
    flags = number_flags(revised)
    then, now = (number(None if v is None else float(v), unit) for v in (value.then, value.now))
    return (
        f"{subject_text(revised)}, {result.measure} within {result.whole_text}, {period_text(revised.period)}:"
        f" {then} then, {now} now ({', '.join([*parts, *flags]) or 'unknown why'}; {result.counted_by})."
    )
