"""YAML that others wrote, as plain values; whatever is wrong with it is one error that names the line.

The library itself answers some texts with errors of other kinds (`2026-02-31` is a ValueError), a deeply nested text with the
end of the process, and a few lines whose aliases repeat each other with all the memory there is.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Safe, and the quick one where the library has it."""
DEEPEST = 100
"""Levels of a document; a claim pack has eight."""
STOOD = 200
"""Levels that everybody stands: they are not counted. The process ends somewhere above 20,000."""
LARGEST = 1_000_000
"""Values of a document whose aliases are written out."""
_LEADING = re.compile(r"^[ \t?:-]*", re.MULTILINE)
_OPENS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSES = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class DocumentError(ValueError):
    """A text that is no document: `reason` in one line, and the `line` where it shows (None: nobody can tell)."""

    def __init__(self, reason: object, line: int | None = None) -> None:
        self.reason, self.line = " ".join(str(reason).split()) or type(reason).__name__, line
        super().__init__(self.reason)

    def where(self, file: str) -> str:
        """The file, with the line where it is known.

        >>> DocumentError("a tab", 3).where("my.yml")
        'my.yml, line 3'
        """
        return file if self.line is None else f"{file}, line {self.line}"


def yaml_document(text: str) -> Any:
    """The value of the one document in a text; None of an empty one.

    Raises:
        DocumentError: no YAML, a scalar that is none of its kind, nested or repeated without end.

    >>> yaml_document("day: 2026-02-31")
    Traceback (most recent call last):
    modelcensus.vocabulary.documents.DocumentError: '2026-02-31': day is out of range for month
    """
    node = None
    try:
        _not_deep(text)
        loader = LOADER(text)
        node = loader.get_single_node()
        if node is None:
            return None
        if "*" in text:
            _not_endless(node)
        return loader.construct_document(node)
    except DocumentError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DocumentError(error.problem or error, mark.line + 1 if mark else None) from error
    except RecursionError as error:
        raise DocumentError("nested too deeply") from error
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _wrong_scalar(node, error) from error


def _not_deep(text: str) -> None:
    """Refuse what would overflow the stack; looked at closely only where so many characters open a level at all."""
    most = text.count("[") + text.count("{") + max(len(m) for m in _LEADING.findall(text))
    if most <= STOOD:
        return
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, _OPENS) - isinstance(event, _CLOSES)
        if depth > DEEPEST:
            raise DocumentError("nested too deeply", event.start_mark.line + 1)


def _not_endless(root: yaml.Node) -> None:
    """Refuse aliases that repeat more than a reader would write out, or what they stand in."""
    sizes: dict[int, int] = {}

    def size(node: yaml.Node) -> int:
        known = sizes.get(id(node))
        if known == 0:
            raise DocumentError("an alias repeats what it stands in", node.start_mark.line + 1)
        if known is None:
            sizes[id(node)] = 0
            known = sizes[id(node)] = 1 + sum(size(child) for child in _children(node))
            if known > LARGEST:
                raise DocumentError("aliases repeat each other without end", node.start_mark.line + 1)
        return known

    size(root)


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value


def _wrong_scalar(root: yaml.Node | None, error: Exception) -> DocumentError:
    """The first value that cannot be made; without one, what the error says."""
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.ScalarNode):
            try:
                LOADER("").construct_object(node)
            except Exception as wrong:
                shown = f"{node.value[:40]!r}"
                said = "no value of its kind" if isinstance(wrong, AttributeError | TypeError) else wrong
                return DocumentError(f"{shown}: {said}", node.start_mark.line + 1)
        waiting += reversed(list(_children(node)))
    return DocumentError(error)
