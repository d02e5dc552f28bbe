"""What an import was asked to do: the same on the command line and in a recipe file."""

import datetime
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from modelcensus.vocabulary import DocumentError, InputError, Terms, yaml_document


class ImportOptions(BaseModel):
    """How to read files; every field is also a key of a recipe (docs/sources.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    source: str
    name: str = ""
    map: dict[str, str] = Field(default_factory=dict)
    dates: dict[str, str] = Field(default_factory=dict)
    date: str = ""
    scope: str = ""
    channel: str = ""
    delimiter: str = ""
    missing: tuple[str, ...] = ()
    terms: dict[str, str] = Field(default_factory=dict)

    def described(self) -> dict[str, str]:
        """The options as text, for the manifest and the batch's identity."""
        described = {}
        for key, value in self.model_dump(exclude={"terms", "source", "name", "channel"}).items():
            if value:
                described[key] = (
                    "; ".join(f"{k}={v}" for k, v in sorted(value.items()))
                    if isinstance(value, Mapping)
                    else ", ".join(value)
                    if isinstance(value, tuple)
                    else str(value)
                )
        return described

    def stated_terms(self, default: Terms) -> Terms:
        """The source's terms, with what the recipe states about them."""
        return Terms(**{**vars(default), **self.terms})


def read_recipe(path: Path) -> tuple[list[Path], ImportOptions]:
    """The files and options of a recipe (YAML: the keys of ImportOptions, and `files` beside it)."""
    try:
        content = yaml_document(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise InputError("not a mapping of keys", where=str(path), remedy="see docs/sources.md")
        named = content.pop("files", None) or []
        files = [path.parent / str(f) for f in ([named] if isinstance(named, str) else named)]
        for key in ("date", *ImportOptions.model_fields):
            if isinstance(content.get(key), datetime.date | int | float):
                content[key] = str(content[key])
        for key in ("map", "dates", "terms"):
            if isinstance(content.get(key), dict):
                content[key] = {str(k): str(v) for k, v in content[key].items()}
        return files, ImportOptions.model_validate(content)
    except OSError as error:
        raise InputError("no such recipe", where=str(path), remedy="check the path") from error
    except DocumentError as error:
        where = error.where(str(path))
        raise InputError(f"not YAML ({error})", where=where, remedy="see docs/sources.md") from error
    except (UnicodeDecodeError, TypeError) as error:
        raise InputError(f"not YAML ({error})", where=str(path), remedy="see docs/sources.md") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}",
            where=str(path),
            remedy="see docs/sources.md for the keys of a recipe",
        ) from error


def read_dates(path: Path) -> dict[str, str]:
    """Batch tag -> day or interval, from a CSV with two columns or a YAML mapping."""
    if not path.is_file():
        raise InputError("no such file", where=str(path), remedy="check --dates")
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix in (".yml", ".yaml"):
            content = yaml_document(text) or {}
            if not isinstance(content, dict):
                raise InputError("not a mapping of batch to day", where=str(path), remedy="write BATCH: DAY lines")
            return {str(k): str(v) for k, v in content.items()}
    except (DocumentError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read ({error})", where=str(path), remedy="write lines BATCH,DAY") from error
    dates = {}
    for number, line in enumerate(text.splitlines(), start=1):
        tag, separator, day = line.partition(",")
        if separator:
            dates[tag.strip()] = day.strip()
        elif line.strip():
            raise InputError(
                f"{line[:40]!r} is not BATCH,DAY", where=f"{path}:{number}", remedy="write lines BATCH,DAY"
            )
    return dates
