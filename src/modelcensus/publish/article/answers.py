"""What an ordinary reader asks, answered from the edition's own numbers; left out where they cannot answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from modelcensus.measures import Result, number, period_text
from modelcensus.publish.article.material import Material, place_of
from modelcensus.publish.links import RECORDS
from modelcensus.publish.prose import Linked, Name, Prose, prose, resting
from modelcensus.publish.questions.counters import alone
from modelcensus.publish.verdict_words import CLAIMS, listed
from modelcensus.vocabulary import Period, RequestError
from modelcensus.vocabulary.names import HUB

Answer = tuple[Prose, list[Prose]]
"""A question, and the sentences of its answer."""


def answers(material: Material) -> list[Answer]:
    """The questions that this edition can answer."""
    found = (ask(material) for ask in ASKED)
    return [answer for answer in found if answer and answer[1]]


def _why_numbers_differ(material: Material) -> Answer | None:
    if len(material.ladder) < 2:
        return None
    least, most = material.ladder[0], material.ladder[-1]
    return prose("Why does everybody publish another share?"), [
        prose("Because the same downloads are divided by different totals."),
        material.sentence(least),
        material.sentence(most),
        prose("Each says something else, and none can be read without what stands under the line."),
    ]


def _how_many(material: Material) -> Answer | None:
    scene = material.scene
    if not scene.reported:
        return None
    sql = "select distinct scope from reported where organization is null order by 1"
    totals = [str(r["scope"]) for r in scene.census.engine.rows(sql)]
    found = _all([lambda t=t: scene.ask("downloads", within=t, period=scene.month) for t in totals])
    return prose("How many downloads are there in all?"), [material.sentence(r) for r in found]


def _is_it_a_user(material: Material) -> Answer | None:
    scene = material.scene
    rows = alone(scene) if scene.counter else []
    if not rows:
        return None
    most = max(rows, key=lambda r: r.value or 0)
    repository = str(most.dimensions["repository"])
    found = _all(
        [
            lambda: scene.census.measure(
                "share", of={"repository": repository}, within=scene.scope, period=most.period,
                reading={"channel": HUB, "counter": scene.counter},
            )
        ]
    )  # fmt: skip
    if not found:
        return None
    return prose("Is a download a user?"), [
        prose(
            "No. It is a request for a file, from a person, a program or a test run, and nothing in it says which. "
            "One repository alone can make a large part of what was read:"
        ),
        material.sentence(found[0]),
    ]


def _has_it_grown(material: Material) -> Answer | None:
    scene = material.scene
    share = next((r for r in material.ladder if r.reported and not r.request.reading.peers), None)
    if share is None or len(scene.months) < 13:
        return None
    before = scene.months[-13]
    found = _all([lambda: scene.census.answer(replace(share.request, periods=(Period.parse(before),)))])
    if not found:
        return None
    then, now = found[0].rows[-1].value, share.rows[-1].value
    if then is None or now is None:
        return None
    same = number(then, "share") == number(now, "share")
    whole = resting(share.whole_text, material.keep(share).provenance.id)
    word = " it is the same as written." if same else " it has grown." if now > then else " it has shrunk."
    early = any("earlier method" in f for f in found[0].rows[-1].flags)
    note = [prose("The older number is an estimate by an earlier method of its publisher.")] if early else []
    asked = prose("Has the share of ", Name(scene.maker(scene.leader)), " grown within a year?")
    return asked, [prose("As a share of ", whole, word), material.sentence(found[0]), material.sentence(share), *note]


def _who_follows(material: Material) -> Answer | None:
    monthly, scene = material.scene.monthly, material.scene
    if not monthly:
        return None
    rows = sorted(scene.newest(monthly.rows), key=lambda r: -(r.value or 0))[:3]
    if len(rows) < 2 or rows[1].value is None:
        return None
    record = material.keep(monthly).provenance.id
    said = [
        prose(
            Name(scene.name(str(r.dimensions["organization"]))), " with ",
            Linked(number(r.value, "downloads"), record), " downloads",
        )
        for r in rows
    ]  # fmt: skip
    when = f"In {period_text(scene.month)} the first were "
    return prose("Who follows?"), [prose(when, listed(said), f" ({monthly.counted_by}).")]


def _what_decides(material: Material) -> Answer | None:
    depending = [a for a in material.tested.with_evidence if a.verdict == "depends"]
    if not depending:
        return None
    told = Counter(
        " together with ".join(a.freedoms[n].text for n in a.decided_by)
        + (", read as worded otherwise," if a.decided_within else "")
        for a in depending
    )
    many = (
        f"Of {len(depending):,} statements that depend" if len(depending) > 1 else "Of the 1 statement that depends"
    )
    parts = [
        prose(Name(what or "no single choice, nor any pair of choices,"), resting(f" decides {n:,}", CLAIMS))
        for what, n in told.most_common()
    ]
    lead = prose(resting(many, CLAIMS), " on how they are meant: " if len(depending) > 1 else " on how it is meant: ")
    return prose("What decides whether a published statement is true?"), [prose(lead, listed(parts), ".")]


def _were_numbers_corrected(material: Material) -> Answer | None:
    section = material.section("revisions")
    if section is None:
        return None
    place = place_of(section)
    first = section.statements[0].linked(place) if section.statements else resting(section.remarks[0], place)
    return prose("Were earlier numbers corrected?"), [first]


def _can_i_check(material: Material) -> Answer | None:
    records = len(material.page.results | material.results | material.tested.results)
    return prose("Can I check this?"), [
        prose(
            "Yes. Every number here leads to its record: what was asked, how it is defined, and the inputs with their "
            "digests. There are ", Linked(f"{records:,} records", f"{RECORDS}#records"), ".",
        )
    ]  # fmt: skip


def _all(asked: list[Callable[[], Result]]) -> list[Result]:
    """The answers to those requests that have one."""
    found = []
    for ask in asked:
        try:
            result = ask()
        except RequestError:
            continue
        if result.rows:
            found.append(result)
    return found


ASKED = (
    *(_why_numbers_differ, _how_many, _who_follows, _has_it_grown),
    *(_is_it_a_user, _what_decides, _were_numbers_corrected, _can_i_check),
)
