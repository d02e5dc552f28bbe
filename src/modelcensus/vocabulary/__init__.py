"""The words that every room shares: names, periods, intervals, requests, tables, errors."""

from modelcensus.vocabulary.batches import Batch, InputFile, Rows, Terms, row_count
from modelcensus.vocabulary.errors import (
    CensusError,
    InputError,
    KnowledgeError,
    LedgerError,
    RequestError,
    nearest,
)
from modelcensus.vocabulary.intervals import Interval
from modelcensus.vocabulary.knowledge import KnowledgeFile, Layer
from modelcensus.vocabulary.periods import Period, ReadingTime
from modelcensus.vocabulary.readings import Reading
from modelcensus.vocabulary.requests import Request
from modelcensus.vocabulary.schema import (
    FACTS,
    LISTINGS,
    LISTS,
    OBSERVATIONS,
    REPORTED,
    ROUNDINGS,
    SCORES,
    SET_ASIDE,
    STATUSES,
    TABLES,
    Column,
    Schema,
)

__all__ = [
    "FACTS",
    "LISTINGS",
    "LISTS",
    "OBSERVATIONS",
    "REPORTED",
    "ROUNDINGS",
    "SCORES",
    "SET_ASIDE",
    "STATUSES",
    "TABLES",
    "Batch",
    "CensusError",
    "Column",
    "InputError",
    "InputFile",
    "Interval",
    "KnowledgeError",
    "KnowledgeFile",
    "Layer",
    "LedgerError",
    "Period",
    "Reading",
    "ReadingTime",
    "Request",
    "RequestError",
    "Rows",
    "Schema",
    "Terms",
    "nearest",
    "row_count",
]
