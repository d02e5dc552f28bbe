"""A text given to `claims check`: taken from the command line or a file, refused with the reason where it is none."""

import re
from collections.abc import Sequence
from pathlib import Path

from modelcensus.claims import Pack
from modelcensus.claims.statements.pasted import Pasted, day_of
from modelcensus.claims.writing import pack_yaml
from modelcensus.vocabulary import RequestError

WHERE = "claims check"
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)?(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body|div|p|article)\b", re.I | re.S
)
_PLAIN = "save it as plain text (copy the article's text into a .txt file), and give that"


def pasted(
    packs: Sequence[str], text: str | None, article: Path | None, date: str | None, title: str, publisher: str,
    draft: Path | None,
) -> Pasted | None:  # fmt: skip
    """The text that a command gives; nothing where it gives packs or neither. RequestError where options contradict."""
    if text is not None and article is not None:
        raise RequestError("--text and --article together", where=WHERE, remedy="give one of them")
    if text is None and article is None:
        given = {"--date": date, "--title": title, "--publisher": publisher, "--draft": draft}
        alone = [name for name, value in given.items() if value]
        if alone:
            raise RequestError(f"{alone[0]} without a text", where=WHERE, remedy="add --text or --article")
        return None
    if packs:
        raise RequestError(
            f"the pack {packs[0]!r} and a text together",
            where=WHERE,
            remedy="check the pack, or the text; quote a text",
        )
    content = text if text is not None else _article(article)
    if not content.strip():
        raise RequestError(
            "the text is empty", where=str(article or "--text"), remedy="paste a sentence or an article"
        )
    if draft and draft.exists():
        raise RequestError(
            "the file is there already", where=f"--draft {draft}", remedy="name another one, or remove it"
        )
    return Pasted(content, title, publisher, day_of(date, "--date"))


def _article(path: Path | None) -> str:
    """The text of a file; RequestError where it is missing or no plain text."""
    assert path is not None
    where = f"--article {path}"
    if not path.is_file():
        what = "a folder, no file" if path.is_dir() else "no such file"
        raise RequestError(what, where=where, remedy="check the path")
    content = path.read_bytes()
    if content.startswith(b"%PDF"):
        raise RequestError("a PDF, no plain text", where=where, remedy=_PLAIN)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError("not plain text in UTF-8", where=where, remedy=_PLAIN) from error
    if "\0" in text:
        raise RequestError("not plain text", where=where, remedy=_PLAIN)
    if path.suffix.lower() in (".html", ".htm") or _HTML.match(text):
        raise RequestError("an HTML page, no plain text", where=where, remedy=_PLAIN)
    return text


def write_draft(pack: Pack, path: Path) -> None:
    """Write the claims as a pack that can be edited and checked."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pack_yaml(pack))
    except OSError as error:
        raise RequestError(
            f"cannot be written ({error.strerror})", where=f"--draft {path}", remedy="name a file that can be"
        ) from error
