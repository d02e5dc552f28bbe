"""Access logs to counted downloads: formats, the Hub's published rules by date, policies, clients."""

from modelcensus.counting.downloads import CountingRules
from modelcensus.counting.formats import LogFormat, find_format, formats
from modelcensus.counting.policies import Policies
from modelcensus.counting.run import (
    LOADS,
    SOURCE,
    Before,
    Counting,
    Summary,
    check_files,
    refuse_other_choices,
    stored_tables,
)
from modelcensus.counting.salts import Salts

__all__ = [
    "LOADS",
    "SOURCE",
    "Before",
    "Counting",
    "CountingRules",
    "LogFormat",
    "Policies",
    "Salts",
    "Summary",
    "check_files",
    "find_format",
    "formats",
    "refuse_other_choices",
    "stored_tables",
]
