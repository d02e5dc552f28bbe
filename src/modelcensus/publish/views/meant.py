"""What a bare name may mean where a subject is asked for: `Qwen` is a family, and an organization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modelcensus.catalog import patterns
from modelcensus.publish.scene import Scene

MOST = 6
"""Meanings that are offered."""


def meanings(scene: Scene, names: Sequence[str]) -> dict[str, str]:
    """Subjects, as they are written in a request, that all these names have as members, and what they are called; letters
    may be capitalized in any way. Nothing where a name says what it is (`family=Qwen`), or nothing bears it."""
    if not names or any("=" in n for n in names):
        return {}
    found: dict[str, str] = {}
    for dimension, known in _by_dimension(scene, names).items():
        if all(n.lower() in known for n in names):
            members = [known[n.lower()] for n in names]
            said = ", ".join(members) if dimension == "repository" else scene.called(dimension, *members)
            found[f"{dimension}={','.join(members)}"] = said
    return dict(list(found.items())[:MOST])


def which(meant: Mapping[str, str]) -> str:
    """What to say where a bare name has these meanings; nothing where it has none."""
    first = next(iter(meant), "")
    return f"Which is meant? Follow a link, or write what it is: {first}" if meant else ""


def _by_dimension(scene: Scene, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Members by what they may be called, in small letters, of each dimension that pages are about."""
    known, labels = scene.census.knowledge, scene.census.knowledge.groupings[scene.census.knowledge.grouping].labels
    listed = ", ".join(f"lower({patterns.text(n)})" for n in names)
    rows = scene.census.engine.rows(
        f"select repository, organization, family from catalog where lower(repository) in ({listed}) or lower(organization) in"
        f" ({listed}) or lower(family) in ({listed})"
    )
    makers = {o.name.split(" (")[0].lower(): n for n, o in known.organizations.items()}
    return {
        "family": _lowered([*(r["family"] for r in rows), *known.families]),
        "organization": makers | _lowered([*(r["organization"] for r in rows), *known.organizations]),
        "region": {text.lower(): r for r, text in labels.items()} | _lowered(list(labels)),
        "repository": _lowered([r["repository"] for r in rows]),
    }


def _lowered(names: Sequence[object]) -> dict[str, str]:
    return {str(n).lower(): str(n) for n in names if n is not None}
