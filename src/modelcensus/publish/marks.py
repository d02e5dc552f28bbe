"""Dated marks on a time plot: thin rules with a letter each, which the lines under the plot explain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from string import ascii_uppercase

import altair as alt

from modelcensus.publish.theme import QUIET

APART = 18
"""Pixels between two rules, at least: marks that are closer share a rule, so that its letter stays legible."""

KEY = "Dashed: counting changed"
"""What the rules are, over their explanations."""
BAND = " (grey: some time within)"
"""What the bands are, where there are some."""


@dataclass(frozen=True)
class Mark:
    """A dated event of a time plot; `until` is its last possible day, where it is known only as an interval."""

    at: str
    text: str
    until: str = ""


@dataclass(frozen=True)
class Rule:
    """One or several marks as they are drawn: at the first, with a band up to the last."""

    letter: str
    at: str
    until: str
    text: str


def rules_of(marks: Sequence[Mark], first: str, last: str, width: float) -> list[Rule]:
    """Marks on a plot whose points stand between two days, `width` pixels apart.

    A mark beyond the last point concerns that point's own period, and is drawn at it.

    >>> rules_of([Mark("2026-02-01", "a"), Mark("2026-02-03", "b"), Mark("2026-05-01", "c")], "2026-01-01", "2026-07-01", 360)
    [Rule(letter='A', at='2026-02-01', until='2026-02-03', text='a; b'), Rule(letter='B', at='2026-05-01', ...)]
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
        )
        for i, group in enumerate(groups)
    ]


def key_of(rules: Sequence[Rule]) -> str:
    """The line over the explanations of the rules."""
    return KEY + (BAND if any(r.until > r.at for r in rules) else "")


def rule_layers(rules: Sequence[Rule], x: alt.X) -> list[alt.Chart]:
    """The rules, the bands of those that are not of one day, and the letters above the plot."""
    base = alt.Chart(alt.Data(values=[{"at": r.at, "until": r.until, "letter": r.letter} for r in rules])).encode(x=x)
    return [
        base.transform_filter("datum.until > datum.at").mark_rect(color=QUIET, opacity=0.09).encode(x2="until:T"),
        base.mark_rule(color=QUIET, strokeDash=[3, 3], strokeWidth=1, opacity=0.8),
        base.mark_text(baseline="bottom", fontSize=11, fontWeight="bold", color=QUIET).encode(
            y=alt.value(-3), text="letter:N"
        ),
    ]
