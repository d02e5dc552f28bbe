"""The words that every room shares: names, periods, intervals, requests, tables, errors."""

from modelcensus.vocabulary.batches import Batch, InputFile, Rows, Terms, row_count
from modelcensus.vocabulary.documents import DocumentError, yaml_document
from modelcensus.vocabulary.errors import (
    CensusError,
    InputError,
    KnowledgeError,
    LedgerError,
    RequestError,
    UnknownError,
    did_you_mean,
    near,
    nearest,
)
from modelcensus.vocabulary.intervals import Interval
from modelcensus.vocabulary.knowledge import KnowledgeFile, Layer
from modelcensus.vocabulary.periods import Period, ReadingTime
from modelcensus.vocabulary.readings import Reading
from modelcensus.vocabulary.requests import Request
from modelcensus.vocabulary.schema import (
    AGENTS,
    FACTS,
    LISTINGS,
    LISTS,
    LOG_FILES,
    LOG_PARTS,
    OBSERVATIONS,
    PLACES,
    REPORTED,
    REQUESTS,
    RESTS,
    ROUNDINGS,
    SCORES,
    SET_ASIDE,
    STATUSES,
    TABLES,
    VISITS,
    Column,
    Schema,
)
from modelcensus.vocabulary.software import own_version, software_versions

__all__ = [
    "AGENTS",
    "FACTS",
    "LISTINGS",
    "LISTS",
    "LOG_FILES",
    "LOG_PARTS",
    "OBSERVATIONS",
    "PLACES",
    "REPORTED",
    "REQUESTS",
    "RESTS",
    "ROUNDINGS",
    "SCORES",
    "SET_ASIDE",
    "STATUSES",
    "TABLES",
    "VISITS",
    "Batch",
    "CensusError",
    "Column",
    "DocumentError",
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
    "UnknownError",
    "did_you_mean",
    "near",
    "nearest",
    "own_version",
    "row_count",
    "software_versions",
    "yaml_document",
]
