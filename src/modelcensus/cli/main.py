"""Commands by name, and what their failures look like."""

import os
import sys
from importlib.metadata import version

from cyclopts import App

from modelcensus.cli.options import say

COMMANDS = {
    "report": "report:report", "import": "import_:import_files", "collect": "nested:collect", "count": "count:count",
    "measure": "measure:measure", "claims": "nested:claims", "explain": "explain:explain", "launch": "launch:launch",
    "diff": "diff:diff", "sql": "sql:sql", "site": "site:site", "serve": "serve:serve", "mcp": "mcp:mcp", "catalog": "nested:catalog",
    "doctor": "doctor:doctor",
}  # fmt: skip
"""Where each command stands; it is loaded when it is called, so that none waits for what another one needs."""

app = App(
    name="modelcensus",
    help="Measures the adoption of open AI models: exact bounds, stated denominators, provenance for every number.",
    version=version("modelcensus"),
    suppress_keyboard_interrupt=False,  # main says what an interruption leaves
)
for _name, _place in COMMANDS.items():
    app.command(f"modelcensus.cli.{_place}", name=_name)


def main() -> None:
    """Run a command: exit status 0 done, 1 the input or the data do not allow it, 2 usage."""
    if sys.argv[1:2] in ([], ["--help"], ["-h"]):
        for name in COMMANDS:  # the list of commands says what each is for
            _ = app[name]
    try:
        app()
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
    except Exception as error:
        from modelcensus.vocabulary import CensusError  # loaded already by whatever raises one

        if not isinstance(error, CensusError):
            raise
        say(f"modelcensus: {error}")
        sys.exit(1)
