"""What the numbers mean: measures, readings, scopes and events as the program itself defines them."""

from __future__ import annotations

from modelcensus.measures import measures
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.views.view import Chosen, View, page
from modelcensus.vocabulary import TABLES
from modelcensus.vocabulary.names import DIMENSIONS
from modelcensus.vocabulary.readings import Reading


@page("/method", menu="Method", text="what every number means")
def definitions(scene: Scene, chosen: Chosen) -> View:
    """Generated from the registries: nothing here is written twice."""
    known = scene.census.knowledge
    asked = tuple(
        (m.name, m.text, m.unit, ", ".join(m.parameters), m.citation)
        for m in sorted(measures().values(), key=lambda m: m.name)
    )
    scopes = tuple((name, s.text, s.where, s.citation) for name, s in known.scopes.items())
    readings = tuple((n, ", ".join(v for v in choices if v)) for n, choices in Reading.ALLOWED.items())
    columns = tuple((t.name, c.name, c.unit, c.text) for t in TABLES.values() for c in t.columns)
    peers = tuple((name, p.text, p.dimension, ", ".join(p.members), p.citation) for name, p in known.peers.items())
    facts = {
        "measures": ("What is measured?", ("measure", "definition", "unit", "readings", "cited"), asked),
        "scopes": ("What can stand under the line?", ("scope", "text", "rule", "cited"), scopes),
        "peers": ("Which named lists are compared with?", ("list", "text", "of", "members", "cited"), peers),
        "readings": ("Which choices can a reading make?", ("reading", "choices"), readings),
        "dimensions": ("What can be asked for by?", ("dimension",), tuple((d,) for d in DIMENSIONS)),
        "columns": ("What is stored?", ("table", "column", "unit", "meaning"), columns),
    }
    sections = [Section(n, q, [], facts=[Facts(n, q, header, rows)]) for n, (q, header, rows) in facts.items()]
    return View("method", "What do the numbers mean?", sections, chosen=dict(chosen))
