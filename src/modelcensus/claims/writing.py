"""Claim packs as YAML that a person edits; what is written reads back as the same pack."""

from __future__ import annotations

import datetime
from typing import Any

import yaml

from modelcensus.claims.entries import Choice, Claim, Entry, Pack
from modelcensus.claims.numbers import Written, number_text

WIDTH = 118
"""Columns of a line."""
SHORT = 96
"""Columns up to which a mapping or a list stands on one line."""
ORDER: dict[type[Entry], tuple[str, ...]] = {
    Claim: (
        "id", "statement", "fragment", "chain", "measure", "of", "within", "by", "period", "reading", "row", "compare",
        "readings", "exclude", "as_worded", "publisher", "figures", "pinned", "untestable",
    ),
}  # fmt: skip
"""The order of keys where it is not that of the schema."""
_PERIODS = ("period", "first")
_BREAKS = "\x85\u2028\u2029"


def pack_yaml(pack: Pack) -> str:
    """The pack as YAML: without what is so by default, short mappings on one line, numbers as they are written.

    >>> from modelcensus.claims import bundled_packs
    >>> print(pack_yaml(bundled_packs()["qwen-2026"]).splitlines()[0])
    id: qwen-2026
    """
    return _dump(pack)


def claim_yaml(claim: Claim) -> str:
    """One claim as YAML, as it stands in a pack.

    >>> from modelcensus.claims import bundled_packs
    >>> print(claim_yaml(bundled_packs()["qwen-2026"].claims[0]).partition(":")[0])
    id
    """
    return _dump(claim)


def _dump(entry: Entry) -> str:
    return yaml.dump(
        _tree(entry), Dumper=_Dumper, default_flow_style=False, sort_keys=False, allow_unicode=True, width=WIDTH
    )


class _Block(dict[str, Any]):
    """A mapping that has a line per key however short it is."""


def _tree(entry: Entry) -> _Block | dict[str, Any]:
    """An entry as plain values, in the order of its keys, without defaults."""
    fields = type(entry).model_fields
    tree = _Block() if isinstance(entry, Pack | Claim) or "fragment" in fields else {}
    for name in ORDER.get(type(entry), fields):
        value, field = getattr(entry, name), fields[name]
        if field.is_required() or value != field.get_default(call_default_factory=True):
            tree[name] = _period(value) if name in _PERIODS and value else _plain(value, name == "readings")
    return tree


def _plain(value: Any, lists: bool = False) -> Any:
    """A value as YAML has it; texts of which there is one as that text, except where the schema wants lists."""
    if isinstance(value, Entry):
        return _tree(value)
    if isinstance(value, Written):
        return _number(value)
    if isinstance(value, dict):
        tree = {k: _plain(v, lists) for k, v in value.items()}
        return _Block(tree) if any(isinstance(v, Choice) for v in value.values()) else tree
    if isinstance(value, tuple):
        alone = len(value) == 1 and isinstance(value[0], str) and not lists
        return value[0] if alone else [_plain(v) for v in value]
    return value


def _number(number: Written) -> Any:
    if number.kind == "plain" and number.slack == 0:
        return int(number.value) if number.value.is_integer() else number.value
    text = number_text(number)
    return {"value": number.value, "kind": number.kind, "slack": number.slack} if text is None else text


def _period(text: str) -> Any:
    """A year or a day without the quotes that its text would need; it is read as that text."""
    for kind in (int, datetime.date.fromisoformat):
        try:
            value = kind(text)
        except ValueError:
            continue
        if str(value) == text:
            return value
    return text


class _Dumper(yaml.SafeDumper):
    """Lists are indented, nothing is named to be repeated, and what is short stands on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        return _short(super().represent_mapping(tag, mapping, flow_style), flow_style)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        return _short(super().represent_sequence(tag, sequence, flow_style), flow_style)

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """A text; in double quotes where it has an apostrophe and needs quotes, or breaks of lines that single ones fold."""
        apostrophe = "'" in text and '"' not in text and len(text) <= SHORT
        double = any(c in _BREAKS for c in text) or (apostrophe and not self.analyze_scalar(text).allow_flow_plain)
        return self.represent_scalar("tag:yaml.org,2002:str", text, '"' if double else None)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(_Block, lambda dumper, block: dumper.represent_mapping("tag:yaml.org,2002:map", block, False))


def _short(node: Any, flow_style: bool | None) -> Any:
    """The node on one line where that is short, unless its style was chosen."""
    if flow_style is None:
        node.flow_style = True
        node.flow_style = _columns(node) <= SHORT
    return node


def _columns(node: yaml.Node) -> float:
    """How many columns a node needs on one line; infinite where it has lines of its own."""
    if isinstance(node, yaml.ScalarNode):
        return float("inf") if "\n" in node.value else len(node.value) + 2
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        return float("inf")
    pairs = node.value if isinstance(node, yaml.SequenceNode) else [n for pair in node.value for n in pair]
    return 2 + sum(_columns(n) for n in pairs)
