"""Names that somebody chose to do harm do none, on any surface that is served."""

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from ledgers import batch_of, fact, ledger_of, observation, published
from modelcensus.measures import Census
from modelcensus.publish.views import pages
from modelcensus.serve import Front, Rates
from modelcensus.serve.app import create_app

HARM = ("<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "'; drop table catalog; --", "=cmd|'/C calc'!A0", "\u202egnp.exe\u2066", "\x1b]0;owned\x07\x1b[31m", "javascript:alert(3)", "a\r\nSet-Cookie: x=1", "](javascript:alert(4)){{7*7}}${7*7}", "\u200b=Qw\u200den\ufeff\u2060")  # fmt: skip
MODELS = [f"evil/{h}" for h in HARM] + [f"{h}/model" for h in HARM] + ["acme/plain-7b"]
MAKERS = [*HARM, "acme"]
TURNING = "\u202e\u2066\x1b\x07\u200b\u200d\ufeff\u2060"
"""What would turn letters around, steer a terminal that shows an answer, or hide in a name."""
SUFFIXES = (".json", ".csv", ".svg", ".embed", ".vega", ".chart.js")


@pytest.fixture(scope="module")
def harmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    read = [
        observation(m, "rolling_30d", 1_000 * (i + 1) + on, on) for i, m in enumerate(MODELS) for on in (40, 80, 120)
    ]
    known = [fact(m, 120, date(2026, 1, 2), library=HARM[0], license=HARM[1], pipeline_tag=HARM[2]) for m in MODELS]
    months = [date(2026, m, 1) for m in (1, 2, 3)]
    told = [published(o, m, 10_000 * (i + 1), True) for m in months for i, o in enumerate(MAKERS)]
    told += [published(None, m, 1_000_000, True) for m in months]
    folder = Path(tmp_path_factory.mktemp("harmed")) / "ledger"
    ledger = ledger_of(
        folder,
        batch_of("read", "hub", observations=read, facts=known),
        batch_of("told", "reported:told", reported=told),
    )
    app = Front(create_app(lambda: Census(ledger), "http://127.0.0.1:8000"), rates=Rates(10**6, 10**6))
    yield TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=True)


class Harm(HTMLParser):
    """Finds what would run: scripts that are not the app's own, handlers, pictures and links from elsewhere. A block of data
    (JSON-LD) runs nothing; it must be JSON to its end."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._data = tag == "script" and given == {"type": "application/ld+json"}
        if tag == "script" and not self._data and not str(given.get("src", "")).startswith("/assets/"):
            self.found.append(f"<script {given}>")
        self.found += [f"{tag} {n}" for n, _ in attrs if n.startswith("on")]
        for name in ("src", "href", "action", "formaction", "srcset"):
            to = given.get(name) or "/"
            if not to.startswith(("/", "#", "data:image/svg+xml", "data:,")):
                self.found.append(f"{tag} {name}={to}")

    def handle_data(self, data: str) -> None:
        if self._data:
            json.loads(data)
            self._data = False


def addresses() -> Iterator[str]:
    """Every page, about the harmful where it is about something, and what it is in other forms."""
    about = {
        "/families/{name}": ["Llama"], "/organizations/{name}": [*HARM, "evil"], "/regions/{name}": ["unknown"],
        "/models/{name}": MODELS,
    }  # fmt: skip
    for path in pages():
        for name in about.get(path, [""]):
            for suffix in ("", *SUFFIXES):
                yield f"{'/overview' if path == '/' and suffix else path}{suffix}".replace(
                    "{name}" + suffix, quote(name) + suffix
                )
    for by in ("organization", "repository"):
        for suffix in ("", *SUFFIXES):
            yield f"/explore{suffix}?measure=downloads&by={by}&by=day&reading=counter%3Drolling_30d"
            yield f"/leaderboards{suffix}?by={by}"
    for harm in HARM:
        yield f"/search?q={quote(harm[:20])}"
        yield f"/explore?measure=share&of=organization%3D{quote(harm)}&within={quote(harm)}"
        yield f"/badges/downloads/organizations/{quote(harm, safe='')}.svg"
        yield f"/feeds/organizations/{quote(harm, safe='')}.atom"
        yield f"/feeds/organizations/{quote(harm, safe='')}.json"
        yield f"/feeds/families/{quote(harm, safe='')}.atom"
        yield f"/compare?of=organization%3D{quote(harm)},acme"
        yield f"/launch?subject={quote(harm)}"
        yield f"/claims/{quote(harm, safe='')}/x"
        yield f"/provenance/{quote(harm, safe='')}"
        yield f"/check?text={quote(harm)}&title={quote(harm)}"
        yield f"/api/v1/search?q={quote(harm[:20])}"
        yield f"/api/v1/catalog/evil/{quote(harm)}"
        yield f"/api/v1/measures/{quote(harm, safe='')}"


PREVIEW = re.compile(r'<meta property="og:image" content="([^"]*)">')


def test_previews_of_harmful_names_are_pictures_of_their_own(harmed: TestClient) -> None:
    seen = 0
    for address in ("/explore?measure=downloads&by=organization&by=day&reading=counter%3Drolling_30d", "/compare", *(
        f"/organizations/{quote(h)}" for h in HARM
    )):  # fmt: skip
        page = harmed.get(address)
        assert page.status_code < 500
        for picture in PREVIEW.findall(page.text):
            assert picture.startswith("http://127.0.0.1:8000/"), address
            drawn = harmed.get(unescape(picture))
            assert drawn.content.startswith(b"\x89PNG") and drawn.headers["content-type"] == "image/png"
            seen += 1
    assert seen >= 2


def test_harmful_names_do_nothing_anywhere(harmed: TestClient) -> None:
    seen: dict[str, int] = {}
    for address in addresses():
        answer = harmed.get(address)
        assert answer.status_code < 500, address
        kind = answer.headers["content-type"].partition(";")[0]
        seen[kind] = seen.get(kind, 0) + any(h[:12] in answer.text for h in ("alert(1)", "drop table", "gnp.exe"))
        assert answer.headers["x-content-type-options"] == "nosniff" and "set-cookie" not in answer.headers
        if kind == "text/html":
            parser = Harm()
            parser.feed(answer.text)
            assert parser.found == [], address
        if kind in ("image/svg+xml", "application/atom+xml"):
            ElementTree.fromstring(answer.text)  # and not broken by what a name holds
            assert "<script" not in answer.text and "<img" not in answer.text, address
        if kind == "application/feed+json" or (".vega" in address and answer.status_code == 200):  # shown as text
            assert not set(TURNING) & set(json.dumps(answer.json(), ensure_ascii=False)), address
        if kind == "text/csv":
            assert not any(line.startswith(("=", "+", "@")) for line in answer.text.splitlines()), address
            assert ",=" not in answer.text and ',"=' not in answer.text, address
        assert not set(TURNING) & set(answer.text), address
    assert {"text/html", "image/svg+xml", "text/csv", "application/json"} <= {
        k for k, bearing in seen.items() if bearing
    }
    assert "application/atom+xml" in seen
    assert harmed.get("/api/v1/catalog/acme/plain-7b").status_code == 200  # the table is still there
