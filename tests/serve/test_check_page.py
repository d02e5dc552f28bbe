"""The Check page: what a text gives, what a changed draft gives, and what is refused."""

import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from modelcensus.claims.writing import claim_yaml
from modelcensus.serve.check import MOST_TEXT
from modelcensus.serve.drafts import MOST
from modelcensus.serve.guard import MOST_BODY

HEADLINE = "In February 2026 Qwen had more than twice the downloads of the next eight combined."
VAGUE = "Qwen dominates the downloads of open models."
ARTICLE = f"{HEADLINE} {VAGUE} Everybody was surprised."


def post(client: TestClient, status: int = 200, headers: dict[str, str] | None = None, **fields) -> str:
    answer = client.post("/check", data=fields, headers=headers)
    assert answer.status_code == status, answer.text[-2000:]
    return answer.text


def drafts(page: str) -> list[str]:
    found = re.findall(r'<textarea name="draft"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    return [html.unescape(d) for d in found]


def verdicts(page: str) -> list[str]:
    """Of every claim the verdict as worded, and that over all readings."""
    return re.findall(r'<dt>(?:As worded|Over all readings)</dt><dd><span class="verdict (\w+)">', page)


@pytest.fixture(scope="module")
def checked(client: TestClient) -> str:
    return post(client, text=ARTICLE)


def test_text_gives_verdict_curve_and_what_is_true(checked: str) -> None:
    assert verdicts(checked) == ["holds", "depends"]
    assert "What decides is whom it is compared with" in checked
    assert checked.count("data:image/svg+xml") == 2
    assert 'id="claim-1-nearest"' in checked and "In one sentence: The organization Qwen had" in checked
    assert "<title>Does it hold? In February 2026" in checked


def test_every_place_that_a_number_leads_to_is_there(client: TestClient, checked: str) -> None:
    places = set(re.findall(r'href="#([^"]+)"', checked))
    assert places and places <= set(re.findall(r'id="([^"]+)"', checked))
    records = set(re.findall(r'href="(/provenance/[^"]+)"', checked))
    assert len(records) >= 3
    record = client.get(sorted(r for r in records if "/provenance/p" in r)[0])
    assert record.status_code == 200 and "ratio: " in record.text
    batch = re.search(r'href="(/provenance/b\w+)"', record.text)
    assert batch and "sha256" not in record.text and "reported" in client.get(batch[1]).text


def test_what_is_not_understood_is_listed_with_its_reason(checked: str, client: TestClient) -> None:
    listed = checked.partition('id="not-understood"')[2]
    assert VAGUE in listed and "a judgement" in listed and "surprised" not in listed
    nothing = post(client, text="Llama was much loved.")
    assert "No checkable statement was found" in nothing and "<dd>Llama</dd>" in nothing


def test_a_changed_draft_is_tested_again(client: TestClient, checked: str) -> None:
    (draft,) = drafts(checked)
    assert "compare: {above: 2 times}" in draft
    page = post(client, text=ARTICLE, draft=[draft.replace("2 times", "4 times").replace("\n", "\r\n")], again=1)
    assert verdicts(page) == ["fails", "fails"] and "above: 4 times" in drafts(page)[0]
    assert html.escape(ARTICLE, quote=False) in page


def test_only_the_draft_that_was_asked_for_is_tested(client: TestClient, checked: str) -> None:
    (draft,) = drafts(checked)
    page = post(client, draft=[draft, draft.replace("2 times", "4 times")], again=2)
    assert verdicts(page) == ["fails", "fails"] and len(drafts(page)) == 2
    assert 'id="claim-2-curve"' in page and 'id="claim-1-curve"' not in page


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("measure: ratio", "measur: ratio", "the draft, line 3: measur: Extra inputs"),
        ("above: 2 times", "above: [2", "the draft, line"),
        ("{peers: ranks-makers}", "{peers: ranks-of-none}", "ranks-of-none"),
        ("organization: Qwen", "organization: *all", "the draft, line 4: *all repeats"),
        ("measure: ratio", "measure: rato", "rato"),
        ("id: ", "[" * 60_000, "the draft, line 1: nested too deeply"),
    ],
)
def test_a_wrong_draft_is_refused_beside_it(client: TestClient, checked: str, old: str, new: str, said: str) -> None:
    (draft,) = drafts(checked)
    wrong = draft.replace(old, new)
    assert wrong != draft
    page = post(client, 422, draft=[wrong], again=1)
    reason = re.search(r'<p class="wrong" role="alert" id="claim-1-wrong">(.*?)</p>', page)
    assert reason and said in html.unescape(reason[1])
    assert drafts(page) == [wrong] and not verdicts(page)
    assert (f">{HEADLINE}</h2>" in page) == ("above: [2" not in new and "[[" not in new and "*all" not in new)


def test_what_is_pasted_is_no_markup(client: TestClient, checked: str) -> None:
    nasty = '</textarea><script>alert(1)</script><img src=x onerror="alert(2)">'
    page = post(client, text=f"{HEADLINE[:-1]} {nasty}.", title=nasty, publisher=nasty)
    page += post(client, 422, draft=[nasty], again=1)
    page += client.get("/check", params={"text": nasty}).text
    page += client.get(f"/claims/x/{nasty}").text
    (draft,) = drafts(checked)
    page += post(client, draft=[re.sub("statement: .*", f"statement: '{nasty}'", draft)], title=nasty, again=1)
    assert "<script>" not in page and "<img src=x" not in page and "&lt;script&gt;" in page


def test_what_is_too_long_or_empty_is_refused(client: TestClient) -> None:
    assert "more than 200,000" in post(client, 413, text="a" * (MOST_TEXT + 1))
    assert "a sentence of 4,999 characters is not read" in post(client, 200, text="Qwen " * 1000)
    assert "more than 65,536" in post(client, 413, draft=["a" * (MOST + 1)], again=1)
    assert "more than 4,000,000" in post(client, 413, text="a" * (MOST_BODY + 1))
    assert "the text is empty" in post(client, 422, text=" ")
    assert "is no day" in post(client, 422, text=HEADLINE, date="yesterday")
    assert client.post("/check", content=iter([b"text=a"])).status_code == 411


def test_other_sites_are_refused(client: TestClient) -> None:
    for origin in ("http://evil.example", "null", "http://127.0.0.1:9999"):
        assert "another site" in post(client, 403, {"origin": origin}, text="Llama")
    post(client, 200, {"origin": "http://127.0.0.1:8000"}, text="Llama")
    for host, status in (("evil.example", 400), ("localhost:8000", 200), ("[::1]:8000", 200)):
        assert client.get("/check", headers={"host": host}).status_code == status


def test_pages_run_only_their_own_scripts_and_set_no_cookie(client: TestClient) -> None:
    for path, status in (("/", 200), ("/check", 200), ("/claims", 200), ("/style.css", 200), ("/none", 404)):
        answer = client.get(path)
        assert answer.status_code == status
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert "<script>" not in answer.text and not re.search(r"\son\w+=", answer.text)
        assert "set-cookie" not in answer.headers


def test_examples_fill_the_form_and_each_holds_a_statement(client: TestClient, sample) -> None:
    from modelcensus.claims.statements.pasted import Pasted
    from modelcensus.serve.pages import EXAMPLES

    page = client.get("/check").text
    for example in EXAMPLES:
        found, composed = Pasted(example).read(sample.knowledge)
        assert composed.pack and len(composed.pack.claims) == 1 and not composed.unread, (example, found)
        filled = client.get("/check", params={"text": example}).text
        assert f">\n{example}</textarea>" in filled and not verdicts(filled)
    assert page.count('href="/check?text=') == len(EXAMPLES)


def test_packs_are_listed_and_a_claim_has_its_account(client: TestClient) -> None:
    listed = client.get("/claims").text
    assert "/claims/qwen-2026/" in listed and "/claims/open-us-china/" in listed
    untestable = re.search(r'href="(/claims/[^"]+)">[^<]*</a> <span class="verdict untestable">', listed)
    assert untestable and 'class="verdict untestable"' in client.get(untestable[1]).text
    assert client.get("/claims/qwen-2026/none").status_code == 404
    assert client.get("/provenance/p000000000000").status_code == 404
    figure = client.get("/provenance/figure-qwen-month-atom-2026-02")
    assert figure.status_code == 200 and "153.6" in figure.text


def test_programs_get_the_same_as_values(client: TestClient, checked: str) -> None:
    content = client.post("/api/v1/check", json={"text": ARTICLE}).json()
    (one,) = content["statements"]
    assert [one["account"]["as_worded"]["verdict"], one["account"]["verdict"]] == verdicts(checked)
    assert content["not_understood"][0]["text"] == VAGUE and content["not_tested"] == []
    assert "is no day" in client.post("/api/v1/check", json={"text": "a", "date": "b"}).json()["detail"]
    assert client.post("/api/v1/check", json={"txt": "a"}).status_code == 422
    assert "/api/v1/check" in client.get("/api/v1/openapi.json").json()["paths"]
    assert client.get("/docs").status_code == 404


def test_two_readers_at_once_get_each_their_own(client: TestClient, checked: str) -> None:
    (draft,) = drafts(checked)
    wanted = {"1.2 times": ["holds", "holds"], "4 times": ["fails", "fails"], "1.3 times": ["holds", "holds"]}
    with ThreadPoolExecutor(3) as pool:
        pages = pool.map(lambda n: post(client, draft=[draft.replace("2 times", n)], again=1), wanted)
    assert [verdicts(p) for p in pages] == list(wanted.values())


def test_statements_beyond_the_bound_are_drafts(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelcensus.serve.check.MOST_TESTED", 1)
    page = post(client, text=f"{HEADLINE} {HEADLINE.replace('February', 'March')}")
    assert len(drafts(page)) == 2 and len(verdicts(page)) == 2
    assert "Not tested in this request" in page and "Left as drafts, above: 1." in page


def test_a_draft_stands_as_in_a_pack() -> None:
    from modelcensus.claims import bundled_packs
    from modelcensus.serve.drafts import read_draft

    for pack in bundled_packs().values():
        assert all(read_draft(claim_yaml(c)) == c for c in pack.claims)


def test_a_statement_without_a_time_is_offered_the_last_day_of_the_data(client: TestClient) -> None:
    page = post(client, text="Qwen passed 50 % of open-model downloads", date="")
    offered = re.search(r'<button name="date" value="([\d-]+)">Read it as published on ([^<]+)</button>', page)
    assert offered and offered[2] == "31 October 2026" and "(--date)" not in page
    dated = client.post("/check", data={"text": "Nothing to check.", "date": ["", offered[1]]}).text
    assert f'name="date" type="date" value="{offered[1]}"' in dated and "Read it as published" not in dated
    assert "Read it as published" not in post(client, text="Nothing to check.")


def test_what_has_no_width_is_left_out_of_what_was_pasted(client: TestClient) -> None:
    page = post(client, text="Nothing to down\u00adload\u200b of Qw\u200ben\ufeff.")
    assert "Nothing to download of Qwen." in page and "\ufffd" not in page
