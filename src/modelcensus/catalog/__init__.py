"""Who made a model and what it is: organizations, families, sizes, licenses, scopes."""

from modelcensus.catalog.build import build_catalog, register_organizations
from modelcensus.catalog.knowledge import Knowledge, load_knowledge
from modelcensus.catalog.scopes import Scope, lists, resolve_scope

__all__ = [
    "Knowledge",
    "Scope",
    "build_catalog",
    "lists",
    "load_knowledge",
    "register_organizations",
    "resolve_scope",
]
