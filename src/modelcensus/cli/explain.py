"""`modelcensus explain`: what a published number rests on."""

import json
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from modelcensus.cli.options import LedgerOption, emit, find_ledger
from modelcensus.ledger import Ledger, Manifest
from modelcensus.measures import asked_text
from modelcensus.vocabulary import InputError, Request, RequestError


def explain(
    id: str,
    /,
    *,
    edition: Annotated[Path | None, Parameter(help="folder of a published report that the id is from")] = None,
    format: Literal["text", "json"] = "text",
    ledger: LedgerOption = None,
) -> None:
    """Show the inputs, definition and SQL behind a number (p...), or the manifest of a batch (b...).

    Parameters
    ----------
    id
        Provenance id, as printed with every number.
    format
        text or json.
    """
    store = find_ledger(ledger)
    record = _find(store, id, edition)
    emit(json.dumps(record, indent=1, default=str) if format == "json" else _text(store, record))


def _find(store: Ledger, record_id: str, edition: Path | None) -> dict:
    for manifest in store.manifests():
        if manifest.id == record_id:
            return manifest.model_dump(mode="json")
    record = store.provenance(record_id)
    if record is None and edition is not None:
        path = edition / "edition.json"
        try:
            record = json.loads(path.read_text())["provenance"].get(record_id) if path.is_file() else None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError("no edition", where=str(path), remedy="name the folder of a published report") from error
    if record is None:
        raise RequestError(
            f"no record {record_id!r}",
            where=str(store.root),
            remedy="give the --ledger it was computed from, or the --edition folder it was published in",
        )
    return record


def _text(store: Ledger, record: dict) -> str:
    if "files" in record:
        return json.dumps(record, indent=1, default=str)
    by_id = {m.id: m for m in store.manifests()}
    provenance = record["provenance"]
    lines = [
        f"{record['measure']}: {record['definition']}",
        f"  defined in   {record['citation']}",
        f"  asked        {asked_text(Request.from_dict(record['request']))}",
        f"  request      {json.dumps(record['request'])}",
        f"  counted      {record['counted']}",
        f"  denominator  {record['denominator']}",
        f"  scope        {provenance['scope']['id']}: {provenance['scope']['text']} (digest {provenance['scope']['digest'] or 'none: a published total'})",
        f"  knowledge    {provenance['knowledge']}",
        f"  software     {', '.join(f'{k} {v}' for k, v in provenance['software'].items())}",
        "  batches",
    ]
    for batch_id in provenance["batches"]:
        manifest = by_id.get(batch_id)
        lines.append(f"    {batch_id}" if manifest is None else _batch(manifest))
    lines += ["  values"]
    for row in record["rows"][:20]:
        rest = {k: v for k, v in row.items() if v not in (None, [], "")}
        lines.append(f"    {json.dumps(rest, default=str)}")
    if record["row_count"] > 20:
        lines.append(f"    ... {record['row_count'] - 20:,} more")
    lines += [*(f"  note         {n}" for n in record.get("notes", [])), "  SQL", record["sql"]]
    return "\n".join(lines)


def _batch(manifest: Manifest) -> str:
    inputs = "; ".join(f"{i.name} {i.digest_said(16)}" for i in manifest.inputs)
    return (
        f"    {manifest.id}  {manifest.name} via {manifest.source}, {manifest.first_day} to {manifest.last_day},"
        f" committed {manifest.committed_at:%Y-%m-%d %H:%M}Z\n      {inputs}\n      {manifest.terms.get('citation') or 'no citation stated'}"
        f" ({manifest.terms.get('license')})"
    )
