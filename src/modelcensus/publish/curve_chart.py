"""The specification curve of a claim: every reading's number with its interval, sorted, over the choices that made it.

Simonsohn, Simmons and Nelson 2020, Nature Human Behaviour 4.
"""

from textwrap import wrap

import altair as alt

from modelcensus.claims import Account
from modelcensus.claims.verdicts import ends
from modelcensus.claims.wording import choice_text, compare_text, finding_text, value_text
from modelcensus.measures import Result
from modelcensus.publish.charts import Chart, Words, finish
from modelcensus.publish.result_chart import source_line
from modelcensus.publish.theme import INK, PALETTE, QUIET, SIZES
from modelcensus.vocabulary import RequestError

COLOURS = {"holds": PALETTE[2], "fails": PALETTE[1], "undetermined": "#8d96a3"}
MONTH = "month"
MOST_READ = 600
"""Readings up to which each tells its choices where somebody points at it; of more, the table below has them."""
ROW = 15
"""Height of a line of the matrix of choices."""
LETTER = 6.4
"""Pixels of a letter of a choice, in the widest usual font."""
BOLD = 1.15
"""How much wider a bold letter is."""


def curve_chart(account: Account, size: str = "post", named: bool = True) -> Chart:
    """The curve above, what it is compared with as lines, the matrix of choices below; the reading as worded is ringed.
    `named`: the claim stands in a pack, so that a command finds it."""
    tested = account.tested
    if not tested:
        raise RequestError(
            "no reading of this claim has evidence here",
            where=account.id,
            remedy="see `modelcensus claims show` for why",
        )
    unit = MONTH if account.claim.measure == "crossover" else next(o.result.unit for o in tested if o.result)
    start = account.as_worded
    read = _read(account) if len(tested) <= MOST_READ else [""] * len(tested)
    rows = [
        {
            "place": i, "verdict": o.verdict, "value": o.value, "worded": o is start,
            "low": o.low if o.low is not None else o.value, "high": o.high if o.high is not None else o.value,
            "said": f"{o.verdict}{' (as worded)' if o is start else ''}: {value_text(o)}", "read": read[i],
        }
        for i, o in enumerate(tested)
    ]  # fmt: skip
    words = Words(finding_text(account), _shown(account, unit), _source(account, named))
    lines = ends(account.claim.compare) if account.claim.compare else ()

    def plot() -> alt.VConcatChart:
        width = _width(size, len(rows))
        x = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[-0.7, len(rows) - 0.3], nice=False))
        colour = alt.Color(
            "verdict:N",
            scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
            legend=alt.Legend(title=None, orient="top", symbolType="circle"),
        )
        label = _axis(unit)
        base = alt.Chart(alt.Data(values=tuple(rows))).encode(x=x)
        layers = [
            base.mark_rule(strokeWidth=1.6, opacity=0.55).encode(
                y=alt.Y("low:Q", axis=alt.Axis(labelExpr=label, tickCount=5), scale=alt.Scale(zero=False)),
                y2="high:Q",
                color=colour,
            ),
            base.transform_filter("datum.value != null")
            .mark_point(filled=True, size=34, opacity=1)
            .encode(y="value:Q", color=colour),
            base.transform_filter("datum.worded && datum.value != null")
            .mark_point(filled=False, size=130, strokeWidth=2, color=INK)
            .encode(y="value:Q"),
        ]
        if lines:
            at = alt.Chart(alt.Data(values=[{"at": line} for line in lines]))
            layers.insert(0, at.mark_rule(color=INK, strokeDash=[5, 4]).encode(y="at:Q"))
        above = alt.layer(*layers).properties(width=width, height=220)
        return alt.vconcat(above, _matrix(account, width, x, size), spacing=6)

    return finish(plot, words, size, along="readings")


def _shown(account: Account, unit: str) -> str:
    """The statement as a quotation, and what is drawn of it."""
    start, compare = account.as_worded, account.claim.compare
    parts = [
        f"“{account.claim.statement.removesuffix('.')}”: each reading that the data can answer "
        f"({len(account.tested):,}), in the order of size",
        *(["ringed: as worded"] if start in account.tested and start and start.value is not None else []),
        *([f"dashed: {compare_text(compare, unit)}"] if compare else []),
    ]
    return "; ".join(parts)


def _source(account: Account, named: bool) -> str:
    """Where the readings are from: the record of the reading as worded, or else of the first, and one of each further
    source."""
    told: list[Result] = []
    known: set[str] = set()
    for outcome in [*([account.as_worded] if account.as_worded else []), *account.tested]:
        if outcome.result and not known.issuperset(outcome.result.provenance.sources):
            told.append(outcome.result)
            known.update(outcome.result.provenance.sources)
    whole = f". The whole account: modelcensus claims show {account.id}" if named else ""
    return f"{source_line(*told)}{whole}"


def _read(account: Account) -> list[str]:
    """The choices of each reading in which they differ."""
    tested = account.tested
    differing = [n for n in account.freedoms if len({o.specification.choice(n) for o in tested}) > 1]
    return [
        "; ".join(choice_text(account, n, c) for n in differing if (c := o.specification.choice(n))) for o in tested
    ]


def _width(size: str, readings: int) -> int:
    """Pixels of the plot; what is left on its right is for the words of the choices, more of it where few readings need
    less of a plot."""
    whole, least = SIZES[size].width, 100 if SIZES[size].width < 500 else 240
    return max(least, min(whole - (280 if whole > 500 else 210), 40 * readings))


def _axis(unit: str) -> str:
    if unit == "share":
        return "format(datum.value * 100, '.0f') + ' %'"
    if unit == MONTH:
        return "format(floor(datum.value / 12), 'd') + '-' + format(datum.value % 12 + 1, '02d')"
    if unit == "downloads":
        return "datum.value >= 1e9 ? format(datum.value / 1e9, '~f') + ' bn' : format(datum.value / 1e6, '~f') + ' M'"
    return "format(datum.value, '~f')"


def _matrix(account: Account, width: int, x: alt.X, size: str) -> alt.LayerChart | alt.FacetChart:
    """A dot per reading in the line of each of its choices; only choices between which the readings differ."""
    tested, dots, lines = account.tested, [], []
    letters = int((SIZES[size].width - width - 10) / LETTER)
    for name, freedom in account.freedoms.items():
        used = list(dict.fromkeys(c for o in tested if (c := o.specification.choice(name))))
        if len(used) < 2:
            continue
        heads_of = wrap(freedom.text, int(letters / BOLD), max_lines=2, placeholder=" …")
        lines += [{"row": len(lines) + i, "text": text, "head": True} for i, text in enumerate(heads_of)]
        for choice in [c for c in freedom.choices if c in used]:
            row = len(lines)
            words = wrap(choice_text(account, name, choice), letters, max_lines=2, placeholder=" …")
            lines += [{"row": row + i, "text": text, "head": False} for i, text in enumerate(words)]
            dots += [
                {"place": i, "row": row, "verdict": o.verdict}
                for i, o in enumerate(tested)
                if o.specification.choice(name) == choice
            ]
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[len(lines) - 0.4, -0.6], nice=False))
    scale = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    area = max(4, min(26, 9 * width // max(len(tested), 1)))
    marks = (
        alt.Chart(alt.Data(values=tuple(dots)))
        .mark_square(size=area, opacity=1)
        .encode(x=x, y=y, color=alt.Color("verdict:N", scale=scale, legend=None))
    )
    text = alt.Chart(alt.Data(values=tuple(lines)))
    heads = text.transform_filter("datum.head").mark_text(
        align="left", fontSize=11, fontWeight="bold", color=INK, baseline="middle"
    )
    names = text.transform_filter("!datum.head").mark_text(align="left", fontSize=11, color=QUIET, baseline="middle")
    at = alt.value(width + 10)
    return alt.layer(
        marks, heads.encode(x=at, y=y, text="text:N"), names.encode(x=at, y=y, text="text:N")
    ).properties(width=width, height=ROW * max(len(lines), 1))
