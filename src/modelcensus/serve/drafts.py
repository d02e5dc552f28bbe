"""A draft claim as a person writes it: read, or refused with the line and the reason."""

import yaml

from modelcensus.claims import Claim
from modelcensus.claims.packs import SCHEMA, read_yaml
from modelcensus.vocabulary import KnowledgeError, yaml_document
from modelcensus.vocabulary.documents import LOADER

SHOWN = "the draft"
MOST = 64 * 1024
"""Bytes of a draft."""
DEEPEST = 20
"""Levels of a draft; a claim has six."""
OPENS = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
CLOSES = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


def read_draft(text: str) -> Claim:
    """The claim; KnowledgeError with line and reason where it is none. A draft repeats nothing by name (`*`), and is not
    nested without end: both would cost more than they say.

    >>> read_draft("id: *x")
    Traceback (most recent call last):
    modelcensus.vocabulary.errors.KnowledgeError: the draft, line 1: *x repeats what stands elsewhere; write it out
    """
    try:
        _plain(text)
    except (yaml.reader.ReaderError, UnicodeEncodeError) as error:
        raise KnowledgeError(f"not YAML ({error.reason})", where=SHOWN, remedy="leave that character out") from error
    except yaml.MarkedYAMLError:
        pass  # read_yaml says where
    return read_yaml(Claim, text, SHOWN)


def _plain(text: str) -> None:
    depth = 0
    for token in yaml.scan(text, Loader=LOADER):
        depth += isinstance(token, OPENS) - isinstance(token, CLOSES)
        if isinstance(token, yaml.AliasToken):
            raise _refused(f"*{token.value} repeats what stands elsewhere", token, "write it out")
        if depth > DEEPEST:
            raise _refused("nested too deeply", token, SCHEMA)


def _refused(what: str, token: yaml.Token, remedy: str) -> KnowledgeError:
    return KnowledgeError(what, where=f"{SHOWN}, line {token.start_mark.line + 1}", remedy=remedy)


def stated(text: str) -> str:
    """What a draft that is no claim says all the same; empty where it says nothing."""
    try:
        _plain(text)
        content = yaml_document(text)
    except (KnowledgeError, yaml.YAMLError, ValueError):
        return ""
    said = content.get("statement") if isinstance(content, dict) else None
    return said if isinstance(said, str) else ""
