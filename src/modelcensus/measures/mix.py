"""What a subject's downloads are made of: the share of each member of a dimension in the subject itself."""

import ibis.expr.types as ir

from modelcensus.measures.frame import Frame, add_up
from modelcensus.measures.registry import measure
from modelcensus.measures.share import part_of
from modelcensus.vocabulary import RequestError


@measure(
    "mix",
    text="downloads of each member of the dimensions asked for / downloads of the subject",
    unit="share",
    phrase="{subject} made up {value} of the downloads of {whole} in {period}",
    citation="docs/method.md, section 3",
    parameters=("channel", "counter", "repair", "spikes", "panel"),
    summed=True,
)
def mix(frame: Frame) -> ir.Table:
    """Columns: dimensions, span, value, low, high (share of the subject, 0 to 1), observed (units of the subject), open.

    The bounds are those of `share`, exact for disjoint repositories. Variants overlap: their shares add up to more than 1.
    """
    if not frame.dimensions:
        raise RequestError(
            "a mix needs the dimension that it is of", where="mix", remedy="give for example --by size_class"
        )
    if "variant" in frame.dimensions:
        frame.notes.append(
            "a repository can carry several variants: their shares overlap and add up to more than 100 %"
        )
    terms = tuple(d for d, _values in frame.request.of)
    subject = add_up(frame.where(frame.told(terms), frame.request.of), ("span",))
    return part_of(add_up(frame.subject(), (*frame.dimensions, "span")), subject)
