"""Dated marks on a time plot: thin rules with a letter each, which the lines under the plot explain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from string import ascii_uppercase
from typing import Literal

import altair as alt

from modelcensus.publish.theme import QUIET

APART = 18
"""Pixels between two rules, at least: marks that are closer share a rule, so that its letter stays legible."""

MarkKind = Literal["break", "event", "release"]
KINDS: dict[MarkKind, str] = {"break": "counting changed", "event": "events of the counters", "release": "releases"}
"""What the rules of each kind are, over their explanations; where several kinds share a rule, it is drawn as the first."""
STROKES: dict[MarkKind, tuple[str, list[int]]] = {
    "break": ("dashed", [3, 3]), "event": ("dash-dotted", [7, 2, 1, 2]), "release": ("solid", [1, 0]),
}  # fmt: skip
BAND = " (grey: some time within)"
"""What the bands are, where there are some."""


@dataclass(frozen=True)
class Mark:
    """A dated event of a time plot; `until` is its last possible day, where it is known only as an interval."""

    at: str
    text: str
    until: str = ""
    kind: MarkKind = "break"


@dataclass(frozen=True)
class Rule:
    """One or several marks as they are drawn: at the first, with a band up to the last."""

    letter: str
    at: str
    until: str
    text: str
    kinds: tuple[MarkKind, ...] = ("break",)


def rules_of(marks: Sequence[Mark], first: str, last: str, width: float) -> list[Rule]:
    """Marks on a plot whose points stand between two days, `width` pixels apart.

    A mark beyond the last point concerns that point's own period, and is drawn at it.

    >>> rules_of([Mark("2026-02-01", "a"), Mark("2026-02-03", "b"), Mark("2026-05-01", "c")], "2026-01-01", "2026-07-01", 360)
    [Rule(letter='A', at='2026-02-01', until='2026-02-03', text='a; b', kinds=('break',)), Rule(letter='B', at='2026-05-01', ...)]
    """
    start, days = date.fromisoformat(first), max(1, (date.fromisoformat(last) - date.fromisoformat(first)).days)
    groups: list[list[Mark]] = []
    edge = start
    for mark in sorted(marks, key=lambda m: (m.at, m.until)):
        at = min(max(mark.at, first), last)
        if groups and date.fromisoformat(at) < edge:
            groups[-1].append(mark)
        else:
            groups.append([mark])
            edge = date.fromisoformat(at) + timedelta(days=APART * days / width)
    return [
        Rule(
            f"{ascii_uppercase[i % 26]}{i // 26 or ''}",
            min(max(group[0].at, first), last),
            min(max(first, *(m.until or m.at for m in group)), last),
            "; ".join(m.text for m in group),
            tuple(k for k in KINDS if any(m.kind == k for m in group)),
        )
        for i, group in enumerate(groups)
    ]


def key_of(rules: Sequence[Rule]) -> str:
    """The line over the explanations of the rules."""
    said = "; ".join(f"{STROKES[k][0]}: {text}" for k, text in KINDS.items() if any(k in r.kinds for r in rules))
    return said[:1].upper() + said[1:] + (BAND if any(r.until > r.at for r in rules) else "")


def rule_layers(rules: Sequence[Rule], x: alt.X) -> list[alt.Chart]:
    """The rules, the bands of those that are not of one day, and the letters above the plot."""
    rows = [{"at": r.at, "until": r.until, "letter": r.letter, "kind": r.kinds[0]} for r in rules]
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    lines = [
        base.transform_filter(f"datum.kind == '{kind}'").mark_rule(
            color=QUIET, strokeDash=dash, strokeWidth=1, opacity=0.8
        )
        for kind, (_said, dash) in STROKES.items()
        if any(r.kinds[0] == kind for r in rules)
    ]
    return [
        base.transform_filter("datum.until > datum.at").mark_rect(color=QUIET, opacity=0.09).encode(x2="until:T"),
        *lines,
        base.mark_text(baseline="bottom", fontSize=11, fontWeight="bold", color=QUIET).encode(
            y=alt.value(-3), text="letter:N"
        ),
    ]
