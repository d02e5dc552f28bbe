"""How makers and families are spoken of where one name is both: Qwen the organization, and Qwen the family, whose models
others release too."""

from __future__ import annotations

from collections.abc import Collection, Sequence

ONE = {"family": "the {} family", "organization": "the organization {}"}
SEVERAL = {"family": "the families {}", "organization": "the organizations {}"}


def told_apart(dimension: str, names: Sequence[str], shared: Collection[str]) -> str:
    """Members of a dimension by their names, with what they are where one of the names says more than one thing: `shared`
    are such names, in lower case.

    >>> told_apart("family", ["Qwen"], {"qwen"}), told_apart("organization", ["Qwen"], {"qwen"})
    ('the Qwen family', 'the organization Qwen')
    >>> told_apart("family", ["Llama", "Gemma"], {"qwen"}), told_apart("family", ["Qwen", "Llama", "Gemma"], {"qwen"})
    ('Llama and Gemma', 'the families Qwen, Llama and Gemma')
    """
    if dimension not in ONE or not any(n.lower() in shared for n in names):
        return listed(names)
    return ONE[dimension].format(names[0]) if len(names) == 1 else SEVERAL[dimension].format(listed(names))


def listed(names: Sequence[str]) -> str:
    """Names joined by commas and `and`.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def opening(called: str) -> str:
    """A name as it stands at the beginning of a sentence: itself, unless it is told apart.

    >>> opening("the Qwen family"), opening("meta-llama")
    ('The Qwen family', 'meta-llama')
    """
    return f"T{called[1:]}" if called.startswith("the ") else called


def size_text(size_class: str, what: str = "parameters") -> str:
    """A class of sizes in words; `what` is counted in billions.

    >>> size_text("<1"), size_text("10-50"), size_text(">=250"), size_text("unknown")
    ('under 1 billion parameters', '10-50 billion parameters', '250 billion parameters or more', 'size unknown')
    """
    if size_class == "unknown":
        return "size unknown"
    if size_class.startswith("<"):
        return f"under {size_class[1:]} billion {what}"
    if size_class.startswith(">="):
        return f"{size_class[2:]} billion {what} or more"
    return f"{size_class} billion {what}"
