"""The derivatives of a model, by name."""

from datetime import date

from ledgers import batch_of, fact, ledger_of, observation
from modelcensus.measures import Census
from modelcensus.publish.scene import Scene
from modelcensus.publish.views.grown import SHOWN, grown

BASE = "Qwen/Qwen3-8B"


def test_direct_derivatives_are_told_by_name_the_most_downloaded_of_each_relation(tmp_path) -> None:
    quantized = [f"acme/q{i:02}-GGUF" for i in range(SHOWN + 3)]
    made = dict.fromkeys(quantized, "quantized") | {"acme/tuned": "finetune"}
    facts = [fact(BASE, created=date(2025, 1, 1))]
    facts += [fact(r, created=date(2025, 2, 1), base_model=BASE, relation=k) for r, k in made.items()]
    facts.append(fact("acme/tuned-again", created=date(2025, 3, 1), base_model="acme/tuned", relation="finetune"))
    read = [
        observation(f["repository"], "rolling_30d", 1_000 + 10 * i + on, on)
        for i, f in enumerate(facts)
        for on in (30, 60)
    ]
    scene = Scene(Census(ledger_of(tmp_path, batch_of("a", "hub", observations=read, facts=facts))))
    found = grown(scene, BASE)
    assert found and found.statements[0].text == (
        f"14 repositories are known to be made directly from {BASE}: 13 quantized, 1 finetune."
    )
    (table,) = found.facts
    assert [r[:3] for r in table.rows] == [
        ("finetune", "acme/tuned", "1,200"),
        *(("quantized", f"acme/q{i:02}-GGUF", f"{1_070 + 10 * i:,}") for i in range(SHOWN + 2, 2, -1)),
    ]
    assert table.links["acme/tuned"] == "/models/acme/tuned" and "30-day counter as read" in table.caption
    assert grown(scene, "acme/tuned-again") is None
