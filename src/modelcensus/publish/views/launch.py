"""A release's first thirty days."""

from __future__ import annotations

from modelcensus.publish.scene import Scene
from modelcensus.publish.views.asking import Ask, answered
from modelcensus.publish.views.view import Chosen, Control, View, one, page


@page("/launch", menu="Launch", text="a release's first thirty days", takes=("subject",))
def launch(scene: Scene, chosen: Chosen) -> View:
    """Downloads by day since release, beside releases of the same size at the same age."""
    subject = one(chosen, "subject")
    family, at, generation = subject.partition("@")
    asks: list[Ask] = []
    called = subject
    if at and family and generation:
        called = generation if generation.startswith(family) else f"{family} {generation}"
        of = {"family": family, "generation": generation}
        asks = [
            Ask("together", f"How does {called} start?", "launch", of, ("generation",)),
            Ask("single", f"How do the models of {called} start?", "launch", of, ("repository",)),
        ]
    elif "/" in subject:
        asks = [Ask("single", f"How does {subject} start?", "launch", {"repository": subject}, ("repository",))]
    sections, remarks = answered(scene, asks)
    wrong = remarks[0] if remarks and not sections else ""
    if subject and not asks:
        wrong = f"{subject!r} is neither FAMILY@GENERATION nor a repository; write for example Qwen@Qwen3.5"
    question = f"How does {called} start?" if asks else "How does a release start?"
    return View(
        "launch", question, sections,
        (Control("subject", "Release", "text", subject, hint="Qwen@Qwen3.5, or Qwen/Qwen3.5-27B"),),
        remarks=tuple(remarks), wrong=wrong, chosen=dict(chosen),
    )  # fmt: skip
