"""The columns of the catalog, declared once: documentation, scope expressions and tests read them here."""

import pyarrow as pa

from modelcensus.vocabulary.schema import Column, Schema

_TEXT, _NUMBER, _DAY, _FLAG, _LIST = pa.string(), pa.float64(), pa.date32(), pa.bool_(), pa.list_(pa.string())

CATALOG = Schema(
    "catalog",
    "One row per repository that the ledger has seen, with everything that attribution says of it.",
    (
        Column("repository", _TEXT, "id", "`namespace/name` as the sources write it"),
        Column("organization", _TEXT, "namespace", "whose it is: today's namespace of the one it was released under"),
        Column("organization_name", _TEXT, "text", "its name for readers"),
        Column("parent", _TEXT, "text", "the company that it belongs to; empty where there is none"),
        Column("kind", _TEXT, "name", "company, startup, university, ...; `unreviewed` where nobody has looked"),
        Column(
            "country", _TEXT, "ISO 3166", "of its primary base; `unknown`: no defensible single one; `unreviewed`"
        ),
        Column("region", _TEXT, "name", "the country's group in the grouping in use"),
        Column("role", _TEXT, "name", "maker, republisher, unreviewed"),
        Column("family", _TEXT, "name", "`other`: a reviewed organization's, of no family; `unattributed`"),
        Column("family_rule", _TEXT, "rule", "what decided: name, architecture, none"),
        Column("family_word", _TEXT, "text", "the word of the name that decided; null where none did"),
        Column("family_type", _TEXT, "name", "language, embedding, vision, ..."),
        Column("generation", _TEXT, "name", "of the family; null where no pattern matches"),
        Column("variant", _LIST, "names", "all that the name or the task shows"),
        Column("format", _TEXT, "name", "the outermost one; `original` where there is none"),
        Column("first_party", _FLAG, "flag", "published by the family's own organization"),
        Column("params_b", _NUMBER, "10^9", "total parameters; null where nothing states them, and for adapters"),
        Column("active_b", _NUMBER, "10^9", "active parameters of a mixture"),
        Column("size_rule", _TEXT, "rule", "curated, the stated field, name, parent, adapter; null: unknown"),
        Column("size_class", _TEXT, "name", "by params_b; `unknown`"),
        Column(
            "active_class", _TEXT, "name", "by active_b; by params_b where no active parameters are known; `unknown`"
        ),
        Column("license", _TEXT, "id", "as stated, else of the generation (first-party ones); `none stated`"),
        Column("license_rule", _TEXT, "rule", "stated, generation, none"),
        Column("license_class", _TEXT, "name", "permissive, copyleft, community-terms, ...; `unreviewed`"),
        Column("architecture", _TEXT, "name", "as stated (`model_type`, or that of the GGUF file), lower-cased"),
        Column("architecture_organization", _TEXT, "namespace", "who released that architecture first"),
        Column("library", _TEXT, "name", "as stated"),
        Column("task", _TEXT, "name", "as stated (`pipeline_tag`)"),
        Column("created_at", _DAY, "day", "of creation on the Hub"),
        Column("released", _DAY, "day", "curated, else of creation, else of the generation"),
        Column("released_rule", _TEXT, "rule", "curated, created, generation, none"),
        Column("parents", _LIST, "ids", "the repositories it was made from, as far as they are known"),
        Column("relation", _TEXT, "name", "to its parents: finetune, adapter, quantized, merge; none"),
        Column("lineage_rule", _TEXT, "rule", "how that is known: curated, stated, inferred (from the name), none"),
        Column("depth", pa.int64(), "steps", "of the longest line of descent to a root"),
        Column("root", _TEXT, "id", "where its line begins; null: not a known repository, or several"),
        Column("root_family", _TEXT, "name", "of the root; `several` where the roots differ (see `shared_roots`)"),
        Column("root_organization", _TEXT, "namespace", "of the root"),
        Column("root_country", _TEXT, "ISO 3166", "of the root"),
        Column("root_region", _TEXT, "name", "of the root"),
    ),
)
