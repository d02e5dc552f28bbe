"""`modelcensus claims new`: a claim as a pack, from options and, on a terminal, from answers."""

from __future__ import annotations

import datetime
import shlex
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from modelcensus.catalog import load_knowledge
from modelcensus.claims import Pack
from modelcensus.claims.entries import Verdict
from modelcensus.claims.rewriting import checked_yaml
from modelcensus.cli.asking import Asking
from modelcensus.cli.claim_questions import ask_claim
from modelcensus.cli.options import KnowledgeOption, emit, say
from modelcensus.cli.pack_questions import ask_source, ask_target
from modelcensus.engine import write_atomically

Flag = Annotated[bool, Parameter(negative="")]
Repeated = Annotated[list[str] | None, Parameter(negative="")]


def new(
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    add_to: Flag = False,
    overwrite: Flag = False,
    pack: str | None = None,
    title: str | None = None,
    publisher: str | None = None,
    date: str | None = None,
    url: str | None = None,
    id: str | None = None,
    statement: str | None = None,
    fragment: str | None = None,
    measure: str | None = None,
    of: Repeated = None,
    within: str | None = None,
    by: Repeated = None,
    period: str | None = None,
    reading: Repeated = None,
    above: str | None = None,
    at_least: str | None = None,
    below: str | None = None,
    at_most: str | None = None,
    about: str | None = None,
    give_or_take: str | None = None,
    between: str | None = None,
    first: str | None = None,
    as_worded: Repeated = None,
    because: str | None = None,
    readings: Repeated = None,
    figures: Repeated = None,
    pin: Verdict | None = None,
    untestable: str | None = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write a claim as a pack of one's own; on a terminal it asks for what the options leave out.

    Parameters
    ----------
    output
        File to write (default: claims/PACK.yml).
    add_to
        Add the claim to the pack of that file.
    overwrite
        Replace the file; with --add-to: although its comments are lost.
    pack
        Id of the pack: small letters, digits, dashes.
    title
        Title of what was published.
    publisher
        Who published it.
    date
        Day of its publication, YYYY-MM-DD.
    url
        Where it stands.
    id
        Id of the claim (default: from the statement).
    statement
        What is claimed, in your own words.
    fragment
        A few of the source's words.
    measure
        The measure that answers (docs/measures.md).
    of
        Subject, DIMENSION=VALUE[,VALUE]; repeated terms must all hold.
    within
        Scope: what stands under the line.
    by
        Dimension or grain of time; repeated.
    period
        2026-02, 2026, 2026-02..2026-08, a day, or all.
    reading
        NAME=CHOICE that holds in every reading; repeated.
    above
        A number: 50 %, 153.6 million, 2 times; one comparison is given.
    at_least
        A number: 50 %, 153.6 million, 2 times; one comparison is given.
    below
        A number: 50 %, 153.6 million, 2 times; one comparison is given.
    at_most
        A number: 50 %, 153.6 million, 2 times; one comparison is given.
    about
        A number: 50 %, 153.6 million, 2 times; one comparison is given.
    give_or_take
        How far `about` reaches (default: half of the last digit).
    between
        The number lies within A..B.
    first
        The months in which a crossover is said to lie.
    as_worded
        FREEDOM=CHOICE[,CHOICE] of the reading as worded, in order of preference; repeated.
    because
        Why an ordinary reader takes it so.
    readings
        FREEDOM=CHOICE,CHOICE: only these choices; FREEDOM=false closes it; repeated.
    figures
        Ids of figures that others published, A,B; repeated.
    pin
        The verdict that `claims check` expects.
    untestable
        Instead of a measure: which data would test the statement.
    """
    given = {n: v for n, v in locals().items() if isinstance(v, str | list) and n != "knowledge"}
    asking = Asking.of(given, "claims new")
    known = load_knowledge(knowledge or ())
    target, pack_id, old = ask_target(asking, output, add_to, overwrite)
    today = datetime.datetime.now(datetime.UTC).date()
    if old:
        claim = ask_claim(asking, known, [c.id for c in old.claims], pin)
        made = old.model_copy(update={"version": today, "claims": (*old.claims, claim)})
    else:
        source = ask_source(asking)
        claim = ask_claim(asking, known, (), pin)
        made = Pack(id=pack_id, version=today, title=source.title, source=source, claims=(claim,))
    write_atomically(target, checked_yaml(made, target).encode())
    emit(str(target))
    say(f"test it with: modelcensus claims check {shlex.quote(str(target))}")
