"""Lines of access logs, in every format that comes with the program."""

from collections.abc import Sequence

from fuzz.harness import FoundError, Parser, folder, narrowed
from modelcensus.counting import Policies, Salts, formats
from modelcensus.counting.formats import header_columns
from modelcensus.counting.lines import LogFile
from modelcensus.counting.reduction import Reduction, Told
from modelcensus.engine import DuckDBEngine


def log(name: str) -> Parser:
    """Lines of a log: those of the format's own samples that stand between them are all read."""
    form = formats()[name]
    good = form.samples[0].encode("utf-8", "replace")

    def take(inputs: Sequence[bytes]) -> None:
        lines, sound = [], []
        for number, given in enumerate(inputs):
            lines.append(given)
            if number % 10 == 9:
                lines.append(good)
                sound.append(len(lines))
        path = folder() / "access.log"
        path.write_bytes(b"\n".join(lines) + b"\n")
        reduction = Reduction(DuckDBEngine(), Policies(), Salts(path.parent / "salts"))
        reduction.db.execute("set threads = 1")
        file, told = LogFile(path), Told()
        columns = header_columns(form, file.first_lines()) if form.header else form.columns
        try:
            for piece in file.pieces():
                reduction.take(piece, form, columns, told)
        except Exception as error:
            raise narrowed(inputs, take, f"{type(error).__name__}: {error}") from error
        aside = {line for line, _, _ in told.aside}
        if lost := aside.intersection(sound):
            raise FoundError(f"{name}: {len(lost)} good lines set aside, the first {min(lost)}")
        if told.taken + told.other + len(aside) != len(lines) or told.taken < len(sound):
            raise FoundError(f"{name}: {told.taken} + {told.other} + {len(aside)} of {len(lines)} lines")

    return Parser(lambda: [s.encode("utf-8", "replace") for s in form.samples], take, 1000, 100_000, lines=True)


PARSERS = {f"log {name}": log(name) for name in formats()}
