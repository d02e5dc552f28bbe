"""The command line: thin, one file per command."""

from modelcensus.cli.main import main

__all__ = ["main"]
