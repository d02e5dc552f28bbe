"""How many of the annotated statements the parser finds, misses and misreads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from modelcensus.catalog import Knowledge
from modelcensus.claims.statements import Draft, find_statements

STATEMENTS = Path(__file__).parent / "statements.yml"
COMPARED = {"first": "before", "equals": "about"}
"""Comparators that say the same: a number as a fact is one that is about so."""


@dataclass(frozen=True)
class Score:
    """Annotated statements found (measure, subject, comparator, number and period right), misread (found with another
    meaning), missed; and drafts that nobody annotated (invented)."""

    found: list[str]
    misread: list[str]
    missed: list[str]
    invented: list[str]


def statements() -> list[dict]:
    """The annotated texts."""
    return yaml.safe_load(STATEMENTS.read_text())


def score(texts: Sequence[dict], knowledge: Knowledge) -> Score:
    """Compare what is annotated with what is found."""
    result = Score([], [], [], [])
    for entry in texts:
        drafts = list(find_statements(entry["text"], knowledge).drafts)
        for wanted in entry["checkable"]:
            right = next((d for d in drafts if not differences(wanted, d)), None)
            near = right or next((d for d in drafts if _same_number(wanted, d)), None)
            near = near or next((d for d in drafts if d.measure == wanted["measure"]), None)
            shown = f"{entry['text']}\n      wanted {wanted}"
            if right:
                result.found.append(shown)
            elif near:
                result.misread.append(f"{shown}\n      read   {near}\n      differs in {differences(wanted, near)}")
            else:
                result.missed.append(shown)
            if near:
                drafts.remove(near)
        result.invented.extend(f"{entry['text']}\n      read   {d}" for d in drafts)
    return result


def differences(wanted: Mapping, draft: Draft) -> list[str]:
    """In what a draft means something else."""
    found = []
    if draft.measure != wanted["measure"]:
        found.append("measure")
    if not _same_subject(wanted["subject"], draft.subject):
        found.append("subject")
    if _comparator(draft.comparator) != _comparator(wanted["comparator"]) and wanted["measure"] not in (
        "crossover",
        "rank",
    ):
        found.append("comparator")
    if not _same_number(wanted, draft):
        found.append("number")
    if str(wanted.get("period", "")).rstrip(".") != draft.period.rstrip("."):
        found.append("period")
    if bool(wanted.get("against")) and not (draft.against or draft.against_words):
        found.append("against")
    return found


def _comparator(name: str) -> str:
    return COMPARED.get(name, name)


def _same_number(wanted: Mapping, draft: Draft) -> bool:
    number = wanted.get("number")
    if number is None or wanted["measure"] == "crossover":
        return draft.number is None
    return draft.number is not None and abs(draft.number - number) <= 0.011 * max(abs(number), 0.05)


def _same_subject(wanted: Mapping, subject: tuple[str, tuple[str, ...]]) -> bool:
    dimension, values = next(iter(wanted.items()))
    listed = [values] if isinstance(values, str) else list(values)
    mine = {v.lower() for v in subject[1]}
    theirs = {str(v).lower() for v in listed}
    if subject[0] == dimension or {subject[0], dimension} == {"family", "generation"}:
        return mine == theirs
    named_alike = {"qwen": "qwen", "deepseek": "deepseek-ai", "mistral": "mistralai", "llama": "meta-llama"}
    return {named_alike.get(v, v) for v in mine} == {named_alike.get(v, v) for v in theirs}
