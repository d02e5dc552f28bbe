"""One repository: its counters, what it is and why that is said, what counts as its download, its lineage."""

from __future__ import annotations

from modelcensus.catalog import explain_repository, line_of_descent
from modelcensus.counting.rules import alternatives, rule_set, words
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.views.asking import Ask, answered
from modelcensus.publish.views.grown import grown
from modelcensus.publish.views.subject import find_model
from modelcensus.publish.views.view import Chosen, View, Way, one, page
from modelcensus.vocabulary.names import HUB


@page("/models/{name}", text="a model: why its count is what it is")
def model(scene: Scene, chosen: Chosen) -> View:
    """The page of a repository, `namespace/name`."""
    name = one(chosen, "name")
    engine = scene.census.engine
    found = find_model(scene, name)
    name, library = str(found["repository"]), found["library"]
    asks = [
        Ask("counters", f"How often is {name} downloaded?", "downloads", {"repository": name}, ("day",),
            {"channel": HUB, "counter": scene.counter}),
    ] if scene.counter else []  # fmt: skip
    if scene.all_time_months:
        asks += [
            Ask("months", f"How often is {name} downloaded by month?", "downloads", {"repository": name}, ("month",)),
            Ask("ram", f"How does {name} do beside models of its size at the same age?", "ram", {"repository": name}, ("repository",)),
        ]  # fmt: skip
    if scene.counter:
        asks.append(Ask("reach", f"How far does {name} reach with what grows from it?", "reach", {"repository": name}, ("day",),
                        {"channel": HUB, "counter": scene.counter}))  # fmt: skip
    sections, remarks = answered(scene, asks)
    evidence = explain_repository(engine, scene.census.knowledge, name)
    attributed = tuple((e.field, e.value, e.rule, e.why or "", e.file or "") for e in evidence)
    sections.append(
        Section("what", f"What is {name}, and why is that said?", [], facts=[
            Facts("attributions", "Every attribution", ("field", "value", "rule", "why", "file"), attributed)
        ])
    )  # fmt: skip
    sections.append(_counted(name, str(library) if library else None))
    descent = line_of_descent(engine, name)
    if descent:
        header = tuple(descent[0])
        lines = tuple(tuple(None if v is None else str(v) for v in d.values()) for d in descent)
        links = {str(d["parent"]): f"/models/{d['parent']}" for d in descent}
        sections.append(
            Section(
                "lineage",
                f"What was {name} made from?",
                [],
                facts=[Facts("lineage", "Its line of descent", header, lines, links)],
            )
        )
    if derived := grown(scene, name):
        sections.append(derived)
    maker = name.partition("/")[0] if "/" in name else ""
    ways = (Way(f"/organizations/{maker}", f"more of {maker}"),) if maker else ()
    return View(
        f"model-{name}".replace("/", "-"), f"How is {name} adopted?", sections, ways=ways, remarks=tuple(remarks), chosen=dict(chosen),
    )  # fmt: skip


def _counted(name: str, library: str | None) -> Section:
    """What the newest published rules count for a library."""
    rules = rule_set()
    own = library in rules.libraries if library else False
    counted = alternatives(rules.condition(library))
    said = f"library {library}" if library else "no library stated"
    rule = "a rule of its own" if own else "no rule of its own: the Hub's default files"
    caption = f"{said}, which has {rule} (rules {rules.version}); each request for one of these counts"
    return Section(
        "counted", f"What counts as a download of {name}?", [],
        facts=[Facts("query-files", caption, ("a request for",), tuple((words(c),) for c in counted))],
    )  # fmt: skip
