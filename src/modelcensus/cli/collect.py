"""`modelcensus collect`: live sources, one command each."""

from cyclopts import App

collect = App(
    name="collect", help="Collect from live sources into the ledger; a run that was cut off goes on where it was."
)
