"""Charts that answer as files of a site: what a bar leads to lies in the site, or is no link."""

from __future__ import annotations

from collections.abc import Callable

from modelcensus.publish.live_chart import as_script, from_script


def live_file(script: bytes, way: Callable[[str], str | None]) -> bytes:
    """The chart with the links that `way` gives."""
    told = from_script(script.decode())
    for data in told["spec"]["data"]:
        for row in data.get("values", ()):
            if "to" in row and (to := way(row.pop("to"))) is not None:
                row["to"] = to
    return as_script(told).encode()
