"""The account of every claim as a page, as JSON and as a picture."""

from __future__ import annotations

import json
from collections.abc import Callable

from markupsafe import Markup

from modelcensus.claims import Account
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.passages import Line, Passage, passages, untested
from modelcensus.claims.telling import as_dict
from modelcensus.claims.wording import choice_text, decided_text
from modelcensus.publish.curve_chart import curve_chart
from modelcensus.publish.linked_data import claim_review, ld_json
from modelcensus.publish.pages import environment, tools
from modelcensus.publish.prose import Prose, resting
from modelcensus.publish.tested import Tested, page_of
from modelcensus.publish.verdict_words import counts, evidence, number_of, verdict_as_worded, worded

ROOT = "../../"
"""The way from an account's page to the folder of the report."""


def account_files(told: Tested, edition: str, progress: Callable[[str], None]) -> dict[str, bytes]:
    """Path in the folder of the report, and content."""
    template = environment(html=True).get_template("account.html")
    files = {}
    for one in told.accounts:
        progress(f"writing the account of {one.id}")
        curve = drawn_curve(one)
        if curve:
            files[page_of(one, "svg")] = curve["wide"].encode()
        files[page_of(one, "json")] = json.dumps(as_dict(one, whole=True), indent=1, default=str).encode()
        files[page_of(one)] = template.render(
            root=ROOT, edition=edition, curve=curve, alone=True, **account_words(one, told)
        ).encode()
    return files


def drawn_curve(one: Account, named: bool = True) -> dict[str, str] | None:
    """The specification curve for a screen and a phone, with what it shows in words; none without evidence.
    `named`: the claim stands in a pack."""
    if not one.tested:
        return None
    wide = curve_chart(one, named=named)
    alt = f"{wide.words.title}. {wide.words.subtitle}"
    return {"wide": wide.svg(), "phone": curve_chart(one, "phone", named).svg(), "alt": alt}


def account_words(one: Account, told: Tested, level: int = 2, at: str = "") -> dict[str, object]:
    """What the parts of an account's page need, but its curve; headings of that level, with ids that begin with `at`."""
    return tools() | _said(one, told) | {"one": one, "level": level, "at": at}


def _said(one: Account, told: Tested) -> dict[str, object]:
    def told_of_all(text: str) -> Prose:
        return resting(text, f"{page_of(one)}#readings" if one.tested else page_of(one))

    def linked(line: Line) -> Prose:
        return resting(line.text, line.rests_on) if line.rests_on else told_of_all(line.text)

    return {
        "review": _review(one) if one.tested else None,
        "worded": worded(one, one.as_worded),
        "worded_word": verdict_as_worded(one),
        "published": worded(one, one.publisher),
        "counts": counts(one),
        "decided": decided_text(one),
        "evidence": evidence(one),
        "also": [(a, worded(a, a.as_worded)) for a in told.see_also(one)],
        "passages": [p for p in passages(one) if p.key != "verdict"],
        "untested": untested(one),
        "linked": linked,
        "told": told_of_all,
        "groups": _groups,
        "shared": _shared(one),
        "readings": [(o, resting(number_of(o), o.id), _choices(one, o)) for o in one.tested],
    }


def _review(one: Account) -> Markup:
    """The account as structured data; what nothing could test is no review."""
    return Markup(ld_json(claim_review(one, verdict_as_worded(one), worded(one, one.as_worded).text)))


def _groups(passage: Passage) -> list[tuple[Line, list[Line]]]:
    """The lines, each with those that belong to it."""
    found: list[tuple[Line, list[Line]]] = []
    for line in passage.lines:
        if line.under and found:
            found[-1][1].append(line)
        else:
            found.append((line, []))
    return found


def _differing(one: Account) -> list[str]:
    """Degrees of freedom in which the readings with evidence differ."""
    return [n for n in one.freedoms if len({o.specification.choice(n) for o in one.tested}) > 1]


def _choices(one: Account, outcome: Outcome) -> Prose:
    chosen = {n: outcome.specification.choice(n) for n in _differing(one)}
    return resting("; ".join(choice_text(one, n, c) for n, c in chosen.items() if c), outcome.id)


def _shared(one: Account) -> list[str]:
    """The choices that all readings with evidence make, of what could have been chosen otherwise."""
    if not one.tested:
        return []
    first, differing = one.tested[0].specification, _differing(one)
    return [
        f"{freedom.text}: {choice_text(one, name, first.choice(name))}"
        for name, freedom in one.freedoms.items()
        if name not in differing and first.choice(name) and len(freedom.choices) > 1
    ]
