"""The page of records: what every number of an edition rests on, under the id that its links name."""

from collections.abc import Mapping

from modelcensus.claims import Account
from modelcensus.claims.figures import Published, contradictions
from modelcensus.claims.passages import figure_value
from modelcensus.ledger import Manifest
from modelcensus.measures import Result
from modelcensus.publish.pages import environment, tools
from modelcensus.publish.section import DataTable


def records_page(
    edition: str,
    results: Mapping[str, Result],
    manifests: list[Manifest],
    accounts: tuple[Account, ...],
    software: Mapping[str, str],
    knowledge: str,
) -> str:
    """One anchor per provenance id, batch and published figure."""
    return (
        environment(html=True)
        .get_template("provenance.html")
        .render(
            edition=edition, results=[results[i] for i in sorted(results)], manifests=manifests, software=software,
            knowledge=knowledge, figures=_figures(accounts), figure_value=figure_value, shown=_shown, exact=_exact,
            newest=lambda result: DataTable(result.provenance.id, "", result, last_only=True),
            **tools(),
        )
    )  # fmt: skip


def figure_entries(figure: Published) -> dict[str, str]:
    """What is known of a figure that others published, by name."""
    return {
        "figure": f"{figure.about}: {figure_value(figure)}", "source": figure.source, "address": figure.url,
        "date": str(figure.date or "undated"), "mark": figure.mark, "scope": figure.scope,
    }  # fmt: skip


def _figures(accounts: tuple[Account, ...]) -> list[Published]:
    """The figures that accounts name, and those that contradict them."""
    named = {f.id: f for a in accounts for f in a.figures}
    about = {f.about for f in named.values()}
    clashing = {f.id: f for c in contradictions() if c.about in about for f in c.figures}
    return [found for _, found in sorted((named | clashing).items())]


def _shown(result: Result) -> str:
    more = len(result.rows) - 1
    return f"{result.sentence()}{f' And {more:,} more rows.' if more else ''}" if result.rows else "No rows."


def _exact(result: Result) -> str:
    """The number of a record with one row as it was computed; whole numbers are shown whole anyway."""
    value = result.rows[0].value if len(result.rows) == 1 else None
    return "" if value is None else f"{value:,.0f}" if float(value).is_integer() else f"{value:.6g}"
