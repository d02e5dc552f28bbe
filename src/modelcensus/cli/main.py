"""Commands by name, and what their failures look like."""

import os
import sys
from contextlib import nullcontext

from cyclopts import App

from modelcensus.cli.options import say
from modelcensus.cli.spared import for_counting, spare_pandas

COMMANDS = {
    "report": "report:report", "import": "import_:import_files", "collect": "nested:collect", "count": "count:count",
    "measure": "measure:measure", "claims": "nested:claims", "explain": "explain:explain", "launch": "launch:launch",
    "diff": "diff:diff", "sql": "sql:sql", "site": "site:site", "serve": "serve:serve", "mcp": "mcp:mcp", "catalog": "nested:catalog",
    "doctor": "doctor:doctor",
}  # fmt: skip
"""Where each command stands; it is loaded when it is called, so that none waits for what another one needs."""


def versions() -> str:
    """What a report of a wrong number has to name, a line each."""
    from modelcensus.vocabulary import software_versions  # loads the engines

    return "\n".join(f"{name} {version}" for name, version in software_versions().items())


app = App(
    name="modelcensus",
    help="Measures the adoption of open AI models: exact bounds, stated denominators, provenance for every number.",
    version=versions,
    version_format="plaintext",
    suppress_keyboard_interrupt=False,  # main says what an interruption leaves
)
for _name, _place in COMMANDS.items():
    app.command(f"modelcensus.cli.{_place}", name=_name)
app.register_install_completion_command(
    add_to_startup=False,  # a start file is its owner's: docs/install.md says what to add where it is needed
    help="Write the completion of commands and options for your shell.",
)


def main() -> None:
    """Run a command: exit status 0 done, 1 the input or the data do not allow it, 2 usage."""
    if sys.argv[1:2] in ([], ["--help"], ["-h"]):
        for name in COMMANDS:  # the list of commands says what each is for
            _ = app[name]
    try:
        with for_counting() if sys.argv[1:2] == ["count"] else nullcontext():
            if sys.argv[1:2] and sys.argv[1] in COMMANDS:
                spare_pandas()
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
