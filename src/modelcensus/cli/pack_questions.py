"""Which pack a claim goes to, and who published what it is about."""

from __future__ import annotations

import datetime
from pathlib import Path

from modelcensus.claims import Pack, bundled_packs, read_pack
from modelcensus.claims import composing as parts
from modelcensus.claims.entries import Source
from modelcensus.claims.rewriting import pack_to_add_to
from modelcensus.cli.asking import Asking, option
from modelcensus.vocabulary import CensusError, RequestError

FOLDER = Path("claims")
"""Where the other commands find packs."""
OF_A_PACK = ("title", "publisher", "date", "url")


def ask_target(asking: Asking, output: Path | None, add_to: bool, overwrite: bool) -> tuple[Path, str, Pack | None]:
    """The file to write, the id of its pack, and the pack that is there to be added to."""
    named = add_to and output is not None
    if not asking.terminal:
        _all_given(asking, [*([] if named else ["pack"]), *([] if add_to else OF_A_PACK[:2])])
    stated = [n for n in OF_A_PACK if asking.has(n)]
    if add_to and stated:
        raise RequestError(
            f"{', '.join(map(option, stated))} belong to a new pack", where="--add-to", remedy="leave them out"
        )
    if output:
        _is_free(output, add_to, overwrite)
    if add_to and output:
        old = pack_to_add_to(output, overwrite)
        if asking.has("pack") and asking.given["pack"] != old.id:
            raise RequestError(f"the pack of this file is {old.id}", where=str(output), remedy="leave out --pack")
        return output, old.id, old

    def free(text: str) -> str:
        _is_no_other(parts.checked_id(text, "--pack"), output)
        _is_free(output or FOLDER / f"{text}.yml", add_to, overwrite)
        return text

    pack_id = asking.one("pack", "Id of the pack", free)
    target = output or FOLDER / f"{pack_id}.yml"
    return target, pack_id, pack_to_add_to(target, overwrite) if add_to else None


def ask_source(asking: Asking) -> Source:
    """Who published something, and where."""
    return Source(
        title=asking.one("title", "Title of what was published", str),
        publisher=asking.one("publisher", "Who published it", str),
        date=asking.one("date", "On which day, YYYY-MM-DD (Enter: unknown)", _day, ""),
        url=asking.one("url", "Where it stands, a URL (Enter: none)", str, ""),
    )


def _all_given(asking: Asking, names: list[str]) -> None:
    """Refuse at once what nobody can be asked for."""
    needed = [*names, "statement", *([] if asking.has("untestable") else ["measure", "because"])]
    missing = [n for n in needed if not asking.has(n)]
    if missing:
        raise asking.missing(missing)


def _is_free(path: Path, add_to: bool, overwrite: bool) -> None:
    if path.exists() and not (add_to or overwrite):
        raise RequestError(
            "the file is there already",
            where=str(path),
            remedy="add to it with --add-to, or replace it with --overwrite",
        )
    if add_to and not path.exists():
        raise RequestError("no such file to add to", where=str(path), remedy="leave out --add-to for a new pack")


def _is_no_other(pack_id: str, output: Path | None) -> None:
    """Refuse the id of a pack that the commands would find besides."""
    if pack_id in bundled_packs():
        raise RequestError(f"the pack {pack_id} comes with the program", where="--pack", remedy="choose another id")
    target = output or FOLDER / f"{pack_id}.yml"
    for path in FOLDER.glob("*.yml"):
        if (
            path.resolve() != target.resolve()
            and target.parent.resolve() == FOLDER.resolve()
            and _id(path) == pack_id
        ):
            raise RequestError(f"{path} is a pack {pack_id}", where="--pack", remedy="choose another id")


def _id(path: Path) -> str:
    try:
        return read_pack(path).id
    except CensusError:
        return ""


def _day(text: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise RequestError(f"{text!r} is no day", where="--date", remedy="use YYYY-MM-DD") from error
    return day
