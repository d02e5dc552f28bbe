"""How a number came from what it was to what it is: one step per cause, in a fixed order, adding up exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

SOFTWARE, OBSERVATIONS, RECOUNTS, CATALOG, LISTS = (
    "software",
    "new observations",
    "recounts",
    "catalog",
    "scope list",
)
CAUSES = (OBSERVATIONS, RECOUNTS, CATALOG, LISTS, SOFTWARE)
"""What a number can change by (docs/method.md, section 3), as shown."""
STEPS = (SOFTWARE, RECOUNTS, OBSERVATIONS, RECOUNTS, CATALOG, LISTS, SOFTWARE)
"""The order of substitution: the old number by the present program, without the falls that are no longer known, with
the new observations but not the falls that they bring, with these, with each other input, the new one as published."""
DIGITS = 12
"""Decimals that values are compared to: what computers call the same share may differ after the 15th."""


@dataclass(frozen=True)
class Split:
    """A number `then` and `now` (null: unknown, or not there), and what each cause did to it.

    Where both are known the parts add up to the change, exactly; a part that cannot be told is null. `flags` say
    with which cause an unknown number became known or the reverse, and which causes cannot be told apart.
    """

    then: Decimal | None
    now: Decimal | None
    parts: dict[str, Decimal | None]
    flags: tuple[str, ...] = ()

    @property
    def change(self) -> Decimal | None:
        """Now less then; null where one of them is unknown."""
        return None if self.then is None or self.now is None else self.now - self.then

    @property
    def changed(self) -> bool:
        """Whether anything happened to the number, even if it cancelled out."""
        return self.then != self.now or any(self.parts.values()) or bool(self.flags)


def exact(value: float | int | None) -> Decimal | None:
    """A value as a decimal, so that differences are exact.

    >>> exact(0.1) + exact(0.2) == exact(0.3)
    True
    """
    return None if value is None else round(Decimal(value), DIGITS)


def split(values: Sequence[float | int | None], idle: Sequence[int] = (), unsure: Sequence[str] = ()) -> Split:
    """Split the change over the values before and after each of STEPS.

    `idle` are the places of steps at which nothing was substituted; of the causes `unsure` no part is known.

    >>> split([10, 10, 10, 25, 22, 22, 22, 22]).parts["recounts"]
    Decimal('-3.000000000000')
    >>> split([10, 10, 10, None, 22, 22, 22, 22], idle=[1]).flags
    ('new observations and recounts cannot be told apart',)
    """
    known = [exact(v) for v in values]
    parts: dict[str, Decimal | None] = dict.fromkeys(CAUSES, Decimal(0))
    flags: list[str] = []
    last, waiting = known[0], list[str]()
    for place, (cause, after) in enumerate(zip(STEPS, known[1:], strict=True)):
        if place in idle:
            continue
        if after is None:
            waiting += [cause] if last is not None else []
            continue
        together = list(dict.fromkeys((*waiting, cause)))
        if last is None:
            flags.append(f"appears with {cause}")
            parts[cause] = None
        else:
            parts |= {c: None for c in together[:-1] if not parts[c]}
            parts[cause] = (parts[cause] or Decimal(0)) + after - last
            if len(together) > 1:
                flags.append(f"{' and '.join(together)} cannot be told apart")
        last, waiting = after, []
    if waiting:
        flags.append(f"vanishes with {waiting[0]}")
        parts[waiting[0]] = None
    return Split(known[0], known[-1], parts | dict.fromkeys(unsure), tuple(dict.fromkeys(flags)))
