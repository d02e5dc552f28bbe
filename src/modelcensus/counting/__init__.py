"""Access logs to counted downloads: formats, the Hub's published rules by date, policies, clients."""

from modelcensus.counting.before import Before, refuse_other_choices, stored_tables
from modelcensus.counting.chosen import CountingRules
from modelcensus.counting.formats import LogFormat, find_format, formats
from modelcensus.counting.policies import Policies
from modelcensus.counting.reading import Reader
from modelcensus.counting.run import LOADS, SOURCE, Counting, Summary, check_files
from modelcensus.counting.salts import Salts

__all__ = [
    "LOADS",
    "SOURCE",
    "Before",
    "Counting",
    "CountingRules",
    "LogFormat",
    "Policies",
    "Reader",
    "Salts",
    "Summary",
    "check_files",
    "find_format",
    "formats",
    "refuse_other_choices",
    "stored_tables",
]
