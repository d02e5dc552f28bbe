"""What a line of a log looks like: one data file per format, bundled or the user's own."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from modelcensus.vocabulary import DocumentError, InputError, nearest, yaml_document

FIELDS = (
    *(
        "time",
        "address",
        "request",
        "method",
        "target",
        "status",
        "bytes",
        "agent",
        "range",
        "range_start",
        "counter",
    ),
    *("repository", "repository_kind", "session"),
)
"""What counting reads of a line; other names in a template are passed over."""

Names = Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]


class LogFormat(BaseModel):
    """The data file of a format (docs/counting.md explains every key)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    text: str
    citation: str = ""
    kind: Literal["template", "separated", "json"]
    template: Names = ()
    delimiter: str = ""
    quote: str = ""
    header: str = ""
    columns: tuple[str, ...] = ()
    more: Literal["", "may follow"] = ""
    last: Literal["", "takes the rest"] = ""
    fields: dict[str, Names] = {}
    only: str = ""
    comment: str = ""
    time: Literal["clf", "iso", "epoch", "local", "any"]
    escapes: Literal["none", "backslash", "url"] = "none"
    strip: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        has = self.has
        if unknown := set(self.fields) - set(FIELDS):
            raise ValueError(f"unknown fields {', '.join(sorted(unknown))}; there are {', '.join(FIELDS)}")
        if "time" not in has or "status" not in has:
            raise ValueError("a format needs the fields time and status")
        if not ("request" in has or {"method", "target"} <= has or {"method", "repository"} <= has):
            raise ValueError("a format needs request, or method and target, or method and repository")
        if self.kind == "separated" and not self.delimiter:
            raise ValueError("a separated format needs a delimiter")
        return self

    @property
    def has(self) -> set[str]:
        """The fields of counting that its lines can have."""
        if self.kind == "template":
            return {n for n in re.findall(r"\{(\w+)\}", " ".join(self.template)) if n in FIELDS}
        return set(self.fields) or {c for c in self.columns if c in FIELDS}

    @property
    def has_paths(self) -> bool:
        """Whether a line says which file was asked for."""
        return "repository" not in self.has


@cache
def formats() -> dict[str, LogFormat]:
    """The bundled formats by name."""
    folder = files("modelcensus.counting") / "formats"
    found = [_read(f.read_text(), f.name) for f in folder.iterdir() if f.name.endswith(".yml")]
    return {f.name: f for f in sorted(found, key=lambda f: f.name)}


def find_format(name: str) -> LogFormat:
    """A bundled format by name, or the user's own by the path of its YAML file."""
    if name in formats():
        return formats()[name]
    path = Path(name)
    if path.suffix in (".yml", ".yaml"):
        if not path.is_file():
            raise InputError("no such format file", where=name, remedy="check the path")
        try:
            return _read(path.read_bytes().decode(), name)
        except UnicodeDecodeError as error:
            raise InputError(f"no log format ({error})", where=name, remedy="see docs/counting.md") from error
    remedy = nearest(name, ["auto", *formats()])
    raise InputError(f"no format {name!r}", where="--format", remedy=f"{remedy}; or give the path of a .yml file")


def _read(text: str, where: str) -> LogFormat:
    try:
        return LogFormat.model_validate(yaml_document(text))
    except (ValidationError, DocumentError) as error:
        detail = error.errors()[0] if isinstance(error, ValidationError) else None
        what = f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" if detail else str(error)
        raise InputError(f"no log format ({what})", where=where, remedy="see docs/counting.md") from error


def header_columns(form: LogFormat, lines: Sequence[str]) -> tuple[str, ...]:
    """The columns that a file's own header names; those of the format where it has none."""
    if form.header == "first line":
        names = tuple(c.strip().strip('"') for c in lines[0].split(form.delimiter)) if lines else ()
        wanted = {n for names in form.fields.values() for n in names}
        return names if len(wanted & set(names)) >= 3 else form.columns
    if form.header:
        for line in lines:
            if line.startswith(form.header):
                return tuple(line.removeprefix(form.header).split())
    return form.columns
