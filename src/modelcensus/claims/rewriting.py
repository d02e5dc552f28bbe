"""Packs that a program adds to: nothing that a person wrote is changed or lost unsaid."""

from __future__ import annotations

from pathlib import Path

import yaml

from modelcensus.claims.entries import Pack
from modelcensus.claims.packs import read_pack, read_yaml
from modelcensus.claims.writing import pack_yaml
from modelcensus.vocabulary import RequestError


def checked_yaml(pack: Pack, path: Path) -> str:
    """The pack as YAML that reads back as the same pack."""
    text = pack_yaml(pack)
    if read_yaml(Pack, text, path.name) != pack:
        raise RequestError(
            "written anew it would not say the same", where=str(path), remedy="add the claim to the file by hand"
        )
    return text


def pack_to_add_to(path: Path, lose_comments: bool) -> Pack:
    """The pack of a file that can be written anew: its claims stay equal, and its comments may be lost or are none."""
    pack = read_pack(path)
    checked_yaml(pack, path)
    line = first_comment(path.read_bytes().decode())
    if line and not lose_comments:
        raise RequestError(
            f"its comments would be lost (the first is in line {line})", where=str(path),
            remedy="add the claim by hand, or say --overwrite to lose them",
        )  # fmt: skip
    return pack


def first_comment(content: str) -> int | None:
    """The line of the first comment of a YAML text: a # that no token contains.

    >>> first_comment("a: 'no # comment'\\nb: c#d # one\\n"), first_comment("a: |\\n  # text\\n")
    (2, None)
    """
    end = 0
    for token in yaml.scan(content, Loader=yaml.SafeLoader):
        head = content[end : token.start_mark.index]
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            head += content[token.start_mark.index : token.end_mark.index].partition("\n")[0]
        if "#" in head:
            return content.count("\n", 0, content.index("#", end)) + 1
        end = token.end_mark.index
    return None
