"""The command in this process: quicker than one of its own, and the same from its words to its exit status."""

import io
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from modelcensus.cli import main


def run_here(*arguments: object) -> tuple[int, str]:
    """Run `modelcensus ARGUMENTS`: its exit status, and all that it said."""
    told = io.StringIO()
    with (
        patch.object(sys, "argv", ["modelcensus", *map(str, arguments)]),
        redirect_stdout(told),
        redirect_stderr(told),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", UserWarning)  # cyclopts warns of being run under pytest
        try:
            main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
    return status, told.getvalue()
