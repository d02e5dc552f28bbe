"""The entries that knowledge files hold, one type each; docs/catalog.md shows them key by key."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

Kind = Literal["company", "startup", "university", "non-profit", "government", "community", "individual"]
LicenseClass = Literal["permissive", "copyleft", "community-terms", "non-commercial", "custom", "none"]
Relation = Literal["finetune", "adapter", "quantized", "merge"]


class Fact(BaseModel):
    """What every entry has: where it is known from, and as of which day (default: the version of its file)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    citation: str = "uncited"
    stated: date | None = None
    note: str = ""
    _file: str = PrivateAttr("")
    _version: date | None = PrivateAttr(None)

    @property
    def file(self) -> str:
        """The knowledge file that holds the entry; empty for one that was made elsewhere."""
        return self._file

    @property
    def day(self) -> date | None:
        """The day as of which the entry is stated: its own, else that of its file."""
        return self.stated or self._version

    def read_from(self, file: str, version: date) -> None:
        """Say which file the entry, and those inside it, stand in."""
        self._file, self._version = file, version
        for value in vars(self).values():
            for part in value if isinstance(value, tuple) else ():
                if isinstance(part, Fact):
                    part.read_from(file, version)


class Organization(Fact):
    """A releasing namespace: its country (ISO 3166, or `unknown`), kind, and whether it makes or republishes.

    `reason` says why it stands where it stands; `former` are earlier namespaces of it; `aliases` its
    names on other channels (an author's slug) and in tables of scores; `legacy_ids` marks the
    ones to which the Hub moved repositories that had no namespace (`gpt2`).
    """

    namespace: str
    name: str
    parent: str = ""
    country: str = Field(pattern=r"^([A-Z]{2}|unknown)$")
    kind: Kind
    role: Literal["maker", "republisher"] = "maker"
    former: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    legacy_ids: bool = False
    reason: str = ""


class Generation(Fact):
    """One generation of a family: patterns on the lower-cased name after the slash; the first match wins.

    `license` is the one under which its own organization publishes the generation, where it is one.
    """

    generation: str
    names: tuple[str, ...]
    released: date | None = None
    license: str = ""


class Family(Fact):
    """A family of models: its first-party namespaces, the words that name it, its generations.

    `retrained` marks a family whose name others use for models that they train from scratch (BERT, YOLO):
    there the name shows a kind of model, not a parent.
    """

    family: str
    type: str
    organizations: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    retrained: bool = False
    generations: tuple[Generation, ...] = ()


class Architecture(Fact):
    """An architecture (`model_type`, or that of a GGUF file), and who released it first, with what, when."""

    architecture: str
    organization: str
    repository: str = ""
    released: date | None = None


class Pattern(Fact):
    """A variant or a format, and the names or tasks that show it.

    Of a format: `packed` where a stored element can hold several parameters.
    """

    variant: str = ""
    format: str = ""
    names: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    packed: bool = False


class Sign(Fact):
    """Words of a name that show a relation to a parent: RE2, whole words of the lower-cased name."""

    relation: Relation
    words: tuple[str, ...]


class License(Fact):
    """A license id and its class."""

    license: str
    class_: LicenseClass = Field(alias="class")


class Size(Fact):
    """Curated parameters of a repository, in billions."""

    repository: str
    total_b: float
    active_b: float | None = None


class Release(Fact):
    """Curated release date of a repository."""

    repository: str
    released: date
    created: date | None = None


class Descent(Fact):
    """Curated parents of a repository; none at all says that it is a root, whatever its name looks like."""

    repository: str
    parents: tuple[str, ...]
    relation: Relation | None = None


class Peers(Fact):
    """A named list that a comparison is made with; `use` says where the report shows it: as a denominator
    (`ladder`), or as what the leader is compared with (`ratio`)."""

    text: str
    use: Literal["", "ladder", "ratio"] = ""
    dimension: str
    members: tuple[str, ...]


class Grouping(Fact):
    """Regions as named groupings of countries; countries not named fall under `rest`; `labels` are for readers.

    `namespaces` puts organizations into a region whatever their country, as somebody's region file does.
    """

    text: str
    labels: dict[str, str] = Field(default_factory=dict)
    regions: dict[str, tuple[str, ...]]
    rest: str
    namespaces: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class ScopeRule(Fact):
    """A scope as an expression over catalog columns; `published` names a publisher's own total of it."""

    text: str
    short: str
    where: str
    published: str = ""
