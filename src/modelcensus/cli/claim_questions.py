"""What a claim is made of, in the order in which a person is asked for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from modelcensus.catalog import Knowledge
from modelcensus.claims import Claim
from modelcensus.claims import composing as parts
from modelcensus.claims import stated as choices
from modelcensus.claims.comparing import option
from modelcensus.claims.entries import KINDS, Freedom, Verdict
from modelcensus.claims.figures import find_figures
from modelcensus.cli.asking import Asking
from modelcensus.cli.comparison_questions import ask_comparison
from modelcensus.cli.freedom_questions import ask_readings, ask_worded
from modelcensus.cli.options import say
from modelcensus.measures import Measure, find_measure, measures
from modelcensus.vocabulary import RequestError

UNTESTABLE = "untestable"
REQUEST = (
    "measure", "of", "within", "by", "period", "reading", *KINDS, "give_or_take", "as_worded", "because", "readings"
)  # fmt: skip
"""What an untestable claim has not."""
PEERS = "peers"


def ask_claim(asking: Asking, knowledge: Knowledge, taken: Collection[str], pin: Verdict | None) -> Claim:
    """The claim that options and answers describe; no id of those taken."""
    statement = asking.one("statement", "What is claimed, in your own words", str)
    claim_id = asking.one("id", "Its id", lambda t: _free_id(t, taken), default=_suggested(statement, taken))
    fragment = asking.one("fragment", "A few of the source's words (Enter: none)", _fragment, default="")
    told: dict[str, object] = {"id": claim_id, "statement": statement, "fragment": fragment}
    told["figures"] = asking.several("figures", _figures)
    told["pinned"] = pin
    if asking.has(UNTESTABLE):
        return parts.claim_of(told | {"untestable": _untestable(asking)})
    measure = asking.one("measure", "The measure, or `untestable`", _measure, about=[", ".join(measures())])
    if measure is None:
        return parts.claim_of(told | {"untestable": _untestable(asking)})
    return choices.check_claim(parts.claim_of(told | _request(asking, knowledge, measure)), knowledge)


def _request(asking: Asking, knowledge: Knowledge, measure: Measure) -> dict[str, object]:
    of = _subject(asking, knowledge)
    reading = _reading(asking, knowledge, measure, of)
    open_, closed = choices.open_freedoms(measure.name, of, reading, knowledge)
    for name in closed:
        say(f"{name} is {reading[name]} in every reading: that degree of freedom is closed")
    within = "" if _scoping(open_) and not asking.has("within") else _within(asking, knowledge)
    period = asking.one("period", "When: 2026-02, 2025-06..2025-08, a day, or all", parts.period, default="all")
    compare = ask_comparison(asking, measure)
    stated = ask_readings(asking, open_)
    left = choices.left_open(open_, stated)
    if within and (scoping := _scoping(left)):
        raise RequestError(
            f"the choices of {scoping} say what stands under the line", where="--within",
            remedy=f"leave it out, or close them with --readings {scoping}=false",
        )  # fmt: skip
    by = asking.several("by", parts.dimensions)
    if by:
        say("of several rows the last one answers, unless `row` in the file names another")
    return {
        "measure": measure.name, "of": of, "within": within, "by": by,
        "period": period, "reading": reading, "compare": compare,
        "readings": stated | dict.fromkeys(closed, False),
        "as_worded": {"choices": ask_worded(asking, left), "because": asking.one("because", "Why it is read so", str)},
    }  # fmt: skip


def _untestable(asking: Asking) -> str:
    given = [n for n in REQUEST if asking.has(n) and asking.given[n] != UNTESTABLE]
    if given:
        raise RequestError(
            f"an untestable claim has no {', '.join(map(option, given))}", where="--untestable", remedy="leave it out"
        )
    return asking.one(UNTESTABLE, "Which data would test it", str)


def _free_id(text: str, taken: Collection[str]) -> str:
    if parts.checked_id(text, "--id") in taken:
        raise RequestError(f"a claim {text!r} is in the pack already", where="--id", remedy="choose another id")
    return text


def _suggested(statement: str, taken: Collection[str]) -> str | None:
    """An id from the statement, with a number where it is taken; none from a statement without Latin letters."""
    stem = parts.id_of(statement)
    numbered = (f"{stem}-{i}" for i in range(2, len(taken) + 3))
    return next((i for i in (stem, *numbered) if i not in taken), None) if stem else None


def _fragment(text: str) -> str:
    if len(text) > 160:
        raise RequestError(
            f"{len(text)} characters are more than 160", where="--fragment", remedy="quote the words that matter"
        )
    return text


def _figures(texts: list[str]) -> tuple[str, ...]:
    ids = [i.strip() for t in texts for i in t.split(",")]
    find_figures(ids, "--figures")
    return tuple(ids)


def _measure(text: str) -> Measure | None:
    return None if text == UNTESTABLE else find_measure(text)


def _subject(asking: Asking, knowledge: Knowledge) -> parts.Subject:
    if asking.has("of") or not asking.terminal:
        of = asking.several("of", lambda texts: parts.subject(texts, knowledge))
    else:
        of = asking.ask(
            "Of whom or what: DIMENSION=VALUE[,VALUE] (Enter: of everything)",
            lambda text: parts.subject([text] if text else [], knowledge), "",
            ["for example family=Qwen, organization=meta-llama, region=china"],
        )  # fmt: skip
    for note in parts.unlisted(of, knowledge):
        say(note)
    return of


def _reading(asking: Asking, knowledge: Knowledge, measure: Measure, of: parts.Subject) -> dict[str, str]:
    """Readings that were given, and of a measure that compares two whom the subject is compared with."""
    reading = asking.several("reading", lambda texts: parts.stated_reading(texts, measure))
    is_compared = measure.unit == "times" and PEERS in measure.parameters
    needed = measure.name == "crossover"
    if is_compared and needed and PEERS not in reading and not asking.terminal:
        raise RequestError(f"{measure.name} needs peers", where="--reading", remedy="give --reading peers=region:us")
    if is_compared and PEERS not in reading and asking.terminal:

        def checked(text: str) -> str:
            if text:
                parts.peers(text, of, knowledge)
            return text

        answer = asking.ask(
            f"Compared with whom{'' if needed else ' (Enter: left open)'}", checked, None if needed else "",
            ["A,B, or DIMENSION:A,B, or ranks:2..9, or a list: " + ", ".join(knowledge.peers)],
        )  # fmt: skip
        reading |= {PEERS: answer} if answer else {}
    if PEERS in reading:
        for note in parts.unlisted(parts.peers(reading[PEERS], of, knowledge), knowledge):
            say(note)
    return reading


def _scoping(open_: Mapping[str, Freedom]) -> str:
    """The degree of freedom whose choices say what stands under the line; empty without one."""
    return next((n for n, f in open_.items() if next(iter(f.choices.values())).within), "")


def _within(asking: Asking, knowledge: Knowledge) -> str:
    about = [f"{', '.join(knowledge.scopes)}, tracked, or where: and an expression"]
    question = "Within which scope (Enter: everything that was counted)"
    return asking.one("within", question, lambda t: parts.scope(t, knowledge), "", about)
