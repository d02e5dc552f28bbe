"""Commands by name, and what their failures look like."""

import os
import sys
from importlib.metadata import version

from cyclopts import App

from modelcensus.cli.catalog import catalog
from modelcensus.cli.claims import claims
from modelcensus.cli.claims_new import new
from modelcensus.cli.collect import collect
from modelcensus.cli.collect_channels import file, modelscope, ollama, publisher
from modelcensus.cli.collect_dump import dump
from modelcensus.cli.collect_hub import hub
from modelcensus.cli.count import count
from modelcensus.cli.diff import diff
from modelcensus.cli.doctor import doctor
from modelcensus.cli.explain import explain
from modelcensus.cli.import_ import import_files
from modelcensus.cli.launch import launch
from modelcensus.cli.measure import measure
from modelcensus.cli.options import say
from modelcensus.cli.report import report
from modelcensus.cli.serve import serve
from modelcensus.cli.site import site
from modelcensus.cli.sql import sql
from modelcensus.vocabulary import CensusError

app = App(
    name="modelcensus",
    help="Measures the adoption of open AI models: exact bounds, stated denominators, provenance for every number.",
    version=version("modelcensus"),
    suppress_keyboard_interrupt=False,  # main says what an interruption leaves
)
app.command(report)
app.command(import_files, name="import")
for command in (hub, dump, ollama, modelscope, publisher, file):
    collect.command(command)
app.command(collect)
app.command(count)
app.command(measure)
claims.command(new)
app.command(claims)
app.command(explain)
app.command(launch)
app.command(diff)
app.command(sql)
app.command(site)
app.command(serve)
app.command(catalog)
app.command(doctor)


def main() -> None:
    """Run a command: exit status 0 done, 1 the input or the data do not allow it, 2 usage."""
    try:
        app()
    except CensusError as error:
        say(f"modelcensus: {error}")
        sys.exit(1)
    except BrokenPipeError:  # before OSError, of which it is one
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"modelcensus: {where}{error.strerror or error}; check the path, its permissions and the free space")
        sys.exit(1)
    except KeyboardInterrupt:
        say("interrupted; nothing half-written is visible, the same command can be run again")
        sys.exit(130)
