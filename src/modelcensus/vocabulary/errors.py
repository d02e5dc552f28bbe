"""One family of errors. Every message says what is wrong, where, and what to do."""


class CensusError(Exception):
    """The input or the data do not allow what was asked; the command line exits with status 1.

    `where` names the file and line, the id, or the request; `remedy` says what to do about it.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        parts = [f"{where}: {what}" if where else what]
        if remedy:
            parts.append(remedy)
        super().__init__(" ".join("; ".join(parts).splitlines()))


class InputError(CensusError):
    """A file, or a row of it, cannot be read as what it was said to be."""


class LedgerError(CensusError):
    """The store is missing, damaged, or of another format."""


class KnowledgeError(CensusError):
    """A knowledge file breaks its schema."""


class RequestError(CensusError):
    """A request makes no sense for the data: unknown measure, dimension, scope, or period."""


def nearest(word: str, choices: list[str]) -> str:
    """What to try instead of `word`: the closest valid choices, and all of them where they are few.

    >>> nearest("regoin", ["region", "family"])
    "did you mean 'region'? valid: family, region"
    """
    import difflib

    close = difflib.get_close_matches(word, choices, n=3, cutoff=0.6)
    hints = [f"did you mean {' or '.join(repr(c) for c in close)}?"] if close else []
    if len(choices) <= 40:
        hints.append(f"valid: {', '.join(sorted(choices)) or 'none'}")
    return " ".join(hints) or f"there are {len(choices):,} valid ones, none like it"
