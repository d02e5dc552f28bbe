"""Who made a model and what it is: organizations, families, sizes, licenses, scopes."""

from modelcensus.catalog.accuracy import (
    Score,
    attributed_parts,
    lineage_problems,
    next_facts,
    read_labels,
    score_labels,
)
from modelcensus.catalog.build import build_catalog
from modelcensus.catalog.columns import CATALOG
from modelcensus.catalog.evidence import Evidence, direct_derivatives, explain_repository, line_of_descent
from modelcensus.catalog.files import Files, bundled_files, files_digest, folder_files
from modelcensus.catalog.kept import catalog_key, keep_catalog
from modelcensus.catalog.knowledge import Knowledge, load_files, load_knowledge
from modelcensus.catalog.scopes import Scope, lists, resolve_scope
from modelcensus.catalog.vintage import keep_knowledge, own_files

__all__ = [
    "CATALOG",
    "Evidence",
    "Files",
    "Knowledge",
    "Scope",
    "Score",
    "attributed_parts",
    "build_catalog",
    "bundled_files",
    "catalog_key",
    "direct_derivatives",
    "explain_repository",
    "files_digest",
    "folder_files",
    "keep_catalog",
    "keep_knowledge",
    "line_of_descent",
    "lineage_problems",
    "lists",
    "load_files",
    "load_knowledge",
    "next_facts",
    "own_files",
    "read_labels",
    "resolve_scope",
    "score_labels",
]
