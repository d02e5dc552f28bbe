"""What the JSON API offers, as a page: read from its own schema, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EXAMPLES = {
    "/api/v1/measures": "/api/v1/measures",
    "/api/v1/measures/{name}": "/api/v1/measures/share?by=organization&by=month&limit=5",
    "/api/v1/results/{name}": "/api/v1/results/share?by=organization&by=month&limit=5",
    "/api/v1/claims": "/api/v1/claims",
    "/api/v1/search": "/api/v1/search?q=llama",
    "/api/v1/health": "/api/v1/health",
}
"""Addresses that answer on any ledger."""


@dataclass(frozen=True)
class Taken:
    """A parameter, or a field of what is sent."""

    name: str
    where: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True)
class Operation:
    """One operation: how it is asked, what it takes, which statuses it answers with."""

    method: str
    path: str
    text: str
    takes: tuple[Taken, ...]
    statuses: tuple[str, ...]
    example: str


def operations(schema: Mapping[str, Any]) -> list[Operation]:
    """The operations of an OpenAPI schema, in its order."""
    return [
        _operation(method.upper(), path, told, schema)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
    ]


def _operation(method: str, path: str, told: Mapping[str, Any], schema: Mapping[str, Any]) -> Operation:
    takes = [
        Taken(p["name"], p["in"], _kind(p["schema"]), p.get("required", False), p.get("description", ""))
        for p in told.get("parameters", [])
    ]
    for media in told.get("requestBody", {}).get("content", {}).values():
        body = _resolved(media["schema"], schema)
        takes += [
            Taken(name, "body", _kind(field), name in body.get("required", []), field.get("description", ""))
            for name, field in body.get("properties", {}).items()
        ]
    text = " ".join(told.get("description", "").replace("`", "").split())
    return Operation(method, path, text, tuple(takes), tuple(told["responses"]), EXAMPLES.get(path, ""))


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    named = part.get("$ref", "").rpartition("/")[2]
    return schema["components"]["schemas"][named] if named else part


def _kind(part: Mapping[str, Any]) -> str:
    kind = str(part.get("type", "value"))
    if kind == "array":
        most = f", at most {part['maxItems']}" if "maxItems" in part else ""
        return f"several of: {_kind(part.get('items', {}))}{most}"
    words = {"minimum": "from {}", "maximum": "to {:,}", "maxLength": "at most {:,} characters"}
    bounds = [text.format(part[key]) for key, text in words.items() if key in part]
    default = f"default {part['default']!r}" if part.get("default") not in (None, "", []) else ""
    return ", ".join(filter(None, [kind, *bounds, default]))
