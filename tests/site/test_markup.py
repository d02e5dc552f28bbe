"""A page with other links is the same page."""

import json
import re
from html.parser import HTMLParser

from modelcensus.publish.linked_data import ld_json
from modelcensus.site.markup import Changes, Read, rewritten

PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A &amp; B?</title>
<meta name="htmx-config" content='{{"a": 1}}'>
<meta property="og:image" content="http://127.0.0.1/a.png?size=social">
<link rel="stylesheet" href="/style.css"><script src="/assets/htmx.min.js" defer></script>
<script type="application/ld+json">{ld_json({"name": "</script>", "distribution": [{"contentUrl": "/a.csv"}, {"contentUrl": "/gone.csv"}]})}</script>
</head><body hx-boost="true"><nav class="pages"><a href="/a">A</a><a href="/gone">Gone</a></nav>
<form class="search" action="/search"><input id="q" name="q"></form>
<h1>How is <b>A</b> adopted?</h1>
<form class="asked" action="/a" method="get" hx-get="/a"><label for="c1">By</label>
<select id="c1" name="by"><option value="x">ex</option><option value="y" selected>why</option></select>
<label for="c2">Of</label><input id="c2" name="of" value="Qwen"></form>
<p class="ways"><a href="/gone">explore</a> · <a href="/a">A</a></p>
<p>It says <a href="/gone">these words</a> and 3 &lt; 4 &#39;x&#39;; <a href="/gone.csv">CSV</a> <a href="/a.csv">CSV</a>.</p>
<a href="https://elsewhere/">out</a><img src="/a.svg" alt="a"></body></html>
"""
KEPT = {"/a": "a.html", "/a.csv": "a.csv", "/a.svg": "a.svg", "/style.css": "style.css"}


def written() -> str:
    return rewritten(
        PAGE, Changes(KEPT.get, "<nav>choices</nav>", lambda link: "a.png", "<!-- head -->", "search.html")
    )


def test_what_a_page_holds_is_read() -> None:
    read = Read(PAGE)
    assert read.heading == "How is A adopted?" and read.previews == ["http://127.0.0.1/a.png?size=social"]
    assert read.form and [(f.name, f.label, f.value) for f in read.form.fields] == [
        ("by", "By", "y"),
        ("of", "Of", "Qwen"),
    ]
    assert read.form.fields[0].options == [("x", "ex"), ("y", "why")]
    assert "/gone.csv" in read.links and "https://elsewhere/" in read.links


def test_links_that_lead_nowhere_are_words_and_files_that_are_not_there_go() -> None:
    page = written()
    assert not re.search(r'(href|src|action|content)="/', page) and "hx-" not in page and "htmx" not in page
    assert "<span>these words</span>" in page and "Gone" not in page and "explore" not in page
    assert page.count(">CSV</a>") == 1 and '<a href="a.csv">CSV</a>' in page
    assert "3 &lt; 4 &#39;x&#39;" in page and "A &amp; B?" in page
    assert '<a href="https://elsewhere/">out</a>' in page and '<img src="a.svg" alt="a">' in page
    assert "<nav>choices</nav>" in page and "<select" not in page and 'action="search.html"' in page
    assert 'content="a.png"' in page


def test_structured_data_stay_data() -> None:
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', written(), re.DOTALL)
    assert data and json.loads(data[1]) == {"name": "</script>", "distribution": [{"contentUrl": "a.csv"}]}


def test_a_page_without_links_of_the_app_stays_as_it_is() -> None:
    plain = "<!doctype html>\n<p title='a \"b\"'>x &amp; y<br>z</p>\n"
    assert rewritten(plain, Changes(lambda link: None, "", lambda link: None, "", "")) == plain


def test_what_is_written_reads_as_the_same_tags() -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.seen.append(tag)

    once, again = Tags(), Tags()
    once.feed(written())
    again.feed(rewritten(written(), Changes(KEPT.get, "", lambda link: link, "", "search.html")))
    assert once.seen == again.seen
