"""Every parser that reads foreign bytes, by name."""

from fuzz import answers, documents, files, logs, rows
from fuzz.harness import Parser

PARSERS: dict[str, Parser] = {**logs.PARSERS, **rows.PARSERS, **files.PARSERS, **answers.PARSERS, **documents.PARSERS}
