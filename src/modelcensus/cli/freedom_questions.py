"""In what ways a claim can be meant, as a person is asked for them."""

from __future__ import annotations

from collections.abc import Mapping

from modelcensus.claims import stated as choices
from modelcensus.claims.entries import Freedom
from modelcensus.claims.freedoms import EVIDENCE, default_readings
from modelcensus.cli.asking import Asking
from modelcensus.vocabulary import RequestError


def ask_readings(asking: Asking, open_: Mapping[str, Freedom]) -> choices.Narrowed:
    """The readings of the claim: all that the measure leaves open, or those that were named."""
    stated = asking.several("readings", lambda texts: choices.narrowed(texts, open_))
    if stated or not asking.terminal:
        return stated
    about = [
        "it can be meant in more than one way, and is tested in all of them:",
        *(f"{n}: {', '.join(f.choices)}" for n, f in open_.items() if len(f.choices) > 1),
    ]
    question = "Narrow one: FREEDOM=CHOICE,CHOICE keeps these, FREEDOM=false closes it (Enter: keep all)"
    while found := _more(asking, question, about, open_, stated):
        stated, about, question = stated | found, [], "Another (Enter: none)"
    return stated


def _more(
    asking: Asking, question: str, about: list[str], open_: Mapping[str, Freedom], stated: choices.Narrowed
) -> choices.Narrowed:
    return asking.ask(question, lambda text: _one_more(text, open_, stated), "", about)


def _one_more(text: str, open_: Mapping[str, Freedom], stated: choices.Narrowed) -> choices.Narrowed:
    found = choices.narrowed([text] if text else [], open_)
    twice = next((n for n in found if n in stated), None)
    if twice:
        raise RequestError(f"{twice} is named already", remedy="name another, or press Enter")
    return found


def ask_worded(asking: Asking, left: Mapping[str, Freedom]) -> dict[str, tuple[str, ...]]:
    """The choices as worded: those given; on a terminal the others are asked for, but for how counters are repaired."""
    stated = asking.several("as_worded", lambda texts: choices.worded(texts, left))
    apart = {EVIDENCE, *default_readings().common}
    for name, freedom in left.items():
        if asking.terminal and name not in stated and name not in apart and len(freedom.choices) > 1:
            stated |= _choice(asking, left, name)
    return {n: stated[n] for n in left if n in stated}


def _choice(asking: Asking, left: Mapping[str, Freedom], name: str) -> dict[str, tuple[str, ...]]:
    known = left[name].choices
    return asking.ask(
        f"As worded, {left[name].text}", lambda text: choices.worded([f"{name}={text}"], left), next(iter(known)),
        [f"{c}: {choice.text}" for c, choice in known.items()],
    )  # fmt: skip
