"""Where the app shows a request over time, so that it can be changed there."""

from __future__ import annotations

from urllib.parse import urlencode

from modelcensus.vocabulary import Reading, Request


def address_of(request: Request) -> str:
    """Where the request is explored over time: all of its periods, by month unless it has a grain of its own."""
    by = (*request.dimensions, request.grain or "month")
    reading = [
        f"{k}={v}" for k, v in request.reading.as_dict().items() if v and Reading.parse([f"{k}={v}"]) != Reading()
    ]
    asked = {
        "measure": request.measure, "of": [f"{d}={','.join(v)}" for d, v in request.of],
        "within": [request.within] if request.within else [], "by": list(by), "reading": reading,
    }  # fmt: skip
    return f"/explore?{urlencode(asked, doseq=True)}"
