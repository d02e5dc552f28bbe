"""What a ledger holds of a log that was counted before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modelcensus.counting.policies import Policies
from modelcensus.vocabulary import OBSERVATIONS, InputError
from modelcensus.vocabulary.schema import COUNTED


@dataclass(frozen=True)
class Before:
    """What a ledger holds of a log: the files of its tables with those of the observations of its two series, oldest
    batch first, and the options of its last batch (none: it was never counted)."""

    batches: tuple[str, ...] = ()
    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    loads_batches: tuple[str, ...] = ()
    loads_files: tuple[Path, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    def then(self, more: "Before") -> "Before":
        """With what one more batch holds; one that is held already changes nothing."""
        if {*more.batches, *more.loads_batches} <= {*self.batches, *self.loads_batches}:
            return self
        files = {t: (*self.files.get(t, ()), *more.files.get(t, ())) for t in {**self.files, **more.files}}
        batches, loads_batches = self.batches + more.batches, self.loads_batches + more.loads_batches
        return Before(
            batches, files, loads_batches, self.loads_files + more.loads_files, more.options or self.options
        )


def refuse_other_choices(before: Before, policies: Policies, rules: str, name: str) -> None:
    """An error where a log was counted under other choices: its days would not be of one measure."""
    now = {**policies.counted, "rules": rules}
    other = [f"{k}={before.options[k]}" for k, v in now.items() if k in before.options and before.options[k] != v]
    if before.batches and other:
        raise InputError(
            f"the log {name!r} was counted with {', '.join(other)}",
            where="--name",
            remedy="ask for the same, count what is there again with --recount, or choose another --name",
        )


def stored_tables() -> Iterator[str]:
    """The tables of the ledger whose files `Before` names."""
    yield OBSERVATIONS.name
    yield from (s.name for s in COUNTED)
