"""Any measure by any dimension: the address is the request, in the grammar of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import urlencode

from modelcensus.measures import Result, channel_text, counter_text, find_measure, measures, newest
from modelcensus.measures.sentence import SIZED
from modelcensus.publish.scene import Scene
from modelcensus.publish.shapes import SHAPES, Shape, find_shape
from modelcensus.publish.views.asking import answer_section
from modelcensus.publish.views.meant import meanings, which
from modelcensus.publish.views.view import (
    Choice,
    Chosen,
    Control,
    View,
    Way,
    for_example,
    members,
    one,
    page,
    several,
)
from modelcensus.vocabulary import CensusError, Request
from modelcensus.vocabulary.names import COUNTED, DIMENSIONS, HUB, TIME_DIMENSIONS

SHOWN_AS: dict[Shape, str] = {
    "lines": "lines", "stacked": "stacked shares", "index": "index, first = 100", "log": "logarithmic",
    "places": "places over time",
}  # fmt: skip
TREATMENTS = {
    "counter=rolling_30d": "the 30-day counter as it was read", "counter=all_time": "the all-time counter as it was read",
    "repair=none": "nothing repaired", "spikes=cap": "spikes at the usual rate", "spikes=drop": "spikes left out",
    "panel=fixed": "only repositories read in every period",
}  # fmt: skip
"""Readings that are offered, and what they mean."""


@page(
    "/explore",
    menu="Explore",
    text="any measure, by any dimension, under any reading",
    takes=("measure", "of", "within", "by", "period", "reading", "shape"),
)
def explore(scene: Scene, chosen: Chosen) -> View:
    """The answer to the request in the address, or the form with the reason why there is none."""
    if not chosen:
        chosen = start(scene)
    shape, wrong, sections = one(chosen, "shape", "lines"), "", []
    ways = [Way("/method", "what the measures mean")]
    question = "How are open models adopted?"
    try:
        drawn_as = find_shape(shape)
        result = scene.census.answer(request_of(chosen))
        question = question_of(result)
        sections = [answer_section("answer", question, result, drawn_as)]
        ways = [*_as_read(scene, chosen, result), *ways]
    except CensusError as error:
        wrong, sections = error.told, []
        meant = meanings(scene, [n for term in several(chosen, "of") for n in term.split(",")])
        wrong = which(meant) or wrong
        ways = [*(Way(_address(chosen, of=(of,)), f"ask for {said}") for of, said in meant.items()), *ways]
    return View(
        "explore", question, sections, _controls(scene, chosen), tuple(ways), wrong=wrong, chosen=dict(chosen)
    )


def _as_read(scene: Scene, chosen: Chosen, result: Result) -> list[Way]:
    """Where the flows of its periods leave a number open, and a counter that was read says one."""
    reading = result.request.reading
    if not scene.counter or reading.channel != HUB or reading.counter or result.unit == "times":
        return []
    last = newest(result.rows)
    if any(r.value is not None for r in last):
        return []
    kept = tuple(r for r in several(chosen, "reading") if not r.startswith(("channel=", "panel=")))
    by = (*(d for d in several(chosen, "by") if d not in TIME_DIMENSIONS), "day")
    to = _address(chosen, by=by, reading=(*kept, f"counter={scene.counter}"), period=())
    return [Way(to, f"the {counter_text(scene.counter)}: exact where these periods are open")]


def _address(chosen: Chosen, **other: tuple[str, ...]) -> str:
    """The address of the same question with other choices."""
    return f"/explore?{urlencode([(k, v) for k, values in {**chosen, **other}.items() for v in values])}"


def request_of(chosen: Chosen) -> Request:
    """The request that an address describes."""
    return Request.build(
        one(chosen, "measure", "share"), several(chosen, "of"), one(chosen, "within"), several(chosen, "by"),
        several(chosen, "period"), several(chosen, "reading"),
    )  # fmt: skip


def question_of(result: Result) -> str:
    """What the request asks, as a question."""
    by = " and ".join(d.replace("_", " ") for d in result.request.dimensions)
    whom = result.subject_text or (f"each {by}" if by else "all models")
    several = speaks_of_several(result)
    question = find_measure(result.measure).asks(whom, several)
    if (noun := result.noun) != COUNTED[0]:
        in_all = " had in all" if result.measure == "cumulative" else ""
        told = f"How many {noun} {'have' if several else 'has'} {whom}{in_all}?"
        question = told if "downloaded" in question else question.replace(COUNTED[0], noun)
    return f"{question[:-1]}, by {by}?" if by and result.subject_text else question


def speaks_of_several(result: Result) -> bool:
    """Whether the subject of a request is called by a plural: several members, organizations of a region, models made from
    something, all models."""
    if not result.request.of:
        return not result.request.dimensions
    return any(
        len(values) > 1 or d.endswith("region") or d.startswith("root_") or d in SIZED
        for d, values in result.request.of
    )


def start(scene: Scene) -> dict[str, tuple[str, ...]]:
    """What is shown before anything was chosen: shares of organizations, by month where months are known."""
    if scene.reported:
        return {"measure": ("share",), "by": ("organization", "month"), "reading": (f"channel={scene.reported}",)}
    if scene.keeps_months:  # organizations are tens of thousands there
        return {"measure": ("share",), "by": ("region", "month")}
    if scene.all_time_months:
        return {"measure": ("share",), "by": ("organization", "month")}
    return {"measure": ("share",), "by": ("organization", "day"), "reading": (f"counter={scene.counter}",)}


def _controls(scene: Scene, chosen: Chosen) -> tuple[Control, ...]:
    by, readings = several(chosen, "by"), several(chosen, "reading")
    channel = next((r for r in readings if r.startswith("channel=")), "")
    others = [r for r in readings if r != channel]
    scopes = {n: rule.short for n, rule in scene.census.knowledge.scopes.items()} | dict.fromkeys(
        scene.lists, "a dated list"
    )
    return (
        Control("measure", "Measure", "choice", one(chosen, "measure", "share"), _plain(measures())),
        Control("of", "Of whom", "text", "; ".join(several(chosen, "of")), hint=for_example(members(scene, "family", 1), members(scene, "region", 2))),
        Control("within", "Within", "text", one(chosen, "within"), _named(scopes), "what stands under the line"),
        Control(
            "by", "By", "choice", next((d for d in by if d in DIMENSIONS), ""),
            (Choice("", "nothing"), *_plain(DIMENSIONS)),
        ),
        Control(
            "by", "Over", "choice", next((d for d in by if d in TIME_DIMENSIONS), ""),
            (Choice("", "the whole time"), *_plain(TIME_DIMENSIONS)),
        ),
        Control("period", "Period", "text", "; ".join(several(chosen, "period")), hint=_periods(scene)),
        Control(
            "reading", "Counted by", "choice", channel,
            (Choice("", "the Hub's counters, else the only channel"), *(
                Choice(f"channel={c}", channel_text(c)) for c in scene.census.channels
            )),
        ),
        Control("reading", "Reading", "text", "; ".join(others), _named(TREATMENTS), "repair, spikes, panel, peers …"),
        Control(
            "shape", "Shown as", "choice", one(chosen, "shape", "lines"),
            tuple(Choice(s, SHOWN_AS[s]) for s in SHAPES),
        ),
    )  # fmt: skip


def _periods(scene: Scene) -> str:
    """A month and a span that these data have."""
    months = scene.months or [str(m) for m in scene.all_time_months]
    return for_example(months[-1], f"{months[0]}..{months[-1]}") if months else ""


def _plain(values: Iterable[str]) -> tuple[Choice, ...]:
    return _choices(tuple(values))


def _named(values: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(*pair) for pair in values.items())


@lru_cache(maxsize=64)
def _choices(values: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(str(v), str(v).replace("_", " ")) for v in values)
