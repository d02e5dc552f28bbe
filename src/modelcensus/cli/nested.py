"""Commands that hold commands, put together."""

from modelcensus.cli.catalog import catalog
from modelcensus.cli.catalog_regions import regions
from modelcensus.cli.claims import claims
from modelcensus.cli.claims_new import new
from modelcensus.cli.collect import collect
from modelcensus.cli.collect_channels import file, modelscope, ollama, publisher
from modelcensus.cli.collect_dump import dump
from modelcensus.cli.collect_hub import hub

for command in (hub, dump, ollama, modelscope, publisher, file):
    collect.command(command)
claims.command(new)
catalog.command(regions)

__all__ = ["catalog", "claims", "collect"]
