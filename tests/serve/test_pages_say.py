"""Pages say what there is, how much of it is shown, and no option of a command line."""

import re

import pytest
from fastapi.testclient import TestClient


def text_of(client: TestClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ")


def test_examples_below_fields_are_accepted(client: TestClient) -> None:
    told = re.findall(r"<small id=.*?>for example (.*?)</small>", client.get("/explore").text)
    assert told
    for term in told[0].split(", or "):
        asked = {"measure": "share", "of": term, "by": "day", "reading": "counter=rolling_30d"}
        assert client.get("/explore", params=asked).status_code == 200, term
    assert "placeholder=" not in client.get("/explore").text.partition("<main")[2]


def test_a_search_says_how_many_models_there_are_and_leads_to_the_next(client: TestClient) -> None:
    first = text_of(client, "/search?q=llama")
    total = re.search(r"Models 1 to 50 of ([\d,]+)", first)
    assert total and 'href="/search?q=llama&amp;first=51"' in client.get("/search?q=llama").text
    rows = client.get("/search.csv?q=llama&table=models&first=51").text.splitlines()
    assert (
        rows[0] == "name,what,place,of" and rows[1].endswith(f",51,{total[1].replace(',', '')}") and len(rows) == 51
    )
    again = client.get("/api/v1/search", params={"q": "llama", "first": 51}).json()["models"]
    assert again[0]["name"] == rows[1].split(",")[0]
    assert client.get("/search?q=llama&first=x").status_code == 422


def test_data_health_says_what_was_covered_and_counts_what_is_empty(client: TestClient) -> None:
    said = text_of(client, "/health")
    assert "covered 6.9 % (April 2026) to 81.5 % (October 2026) of the repositories known here" in said
    assert "around 5 turns of months there is no sound one" in said and "no month lacks" not in said
    assert "reports the total alone, without organizations: 27 months, July 2024 to September 2026" in said
    reported = next(s for s in client.get("/health.json").json()["sections"] if s["id"] == "reported")
    assert all(row["organizations"] for row in reported["facts"]["reported"])
    assert "kept; reading spikes=cap" in said
    assert '<details class="long" open>' in client.get("/health").text


def test_a_launch_page_lists_releases_that_can_be_chosen(client: TestClient) -> None:
    listed = re.findall(r'href="(/launch\?subject=[^"]+)"', client.get("/launch").text)
    assert len(listed) == 12
    assert client.get(listed[0]).status_code == 200


def test_what_is_absent_is_said_once_and_in_words(client: TestClient) -> None:
    absent = text_of(client, "/families/Mochi")
    assert absent.count("These data have no repository of Mochi") == 1 and not re.search(r"--[a-z]", absent)
    assert "Nothing stands at this address." in text_of(client, "/nowhere", 404)
    known = next(s for s in client.get("/families/Qwen.json").json()["sections"] if s["id"] == "known")
    days = {row["released"] for row in known["facts"]["generations"]}
    assert "" not in days and any(day.startswith("20") for day in days)


def test_rows_of_a_record_have_separators_and_no_empty_columns(client: TestClient) -> None:
    asked = {"by": "organization", "period": "2026-09", "reading": "channel=reported:modelpulse"}
    record = client.get("/api/v1/measures/downloads", params=asked).json()["provenance"]["id"]
    rows = client.get(f"/provenance/{record}").text.partition('id="rows"')[2].partition("</table>")[0]
    assert re.search(r">\d{1,3},\d{3},\d{3}<", rows) and '<td class="short">2026-09</td>' in rows
    assert ">low<" not in rows


def test_claims_that_were_tested_show_their_verdicts(client: TestClient) -> None:
    assert client.get("/claims/open-us-china/qwen-passed-llama-in-october").status_code == 200
    page = client.get("/claims")
    item = page.text.partition("/claims/open-us-china/qwen-passed-llama-in-october")[2].partition("</li>")[0]
    assert "fails" in item and page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "question"),
    [
        (
            "measure=share&of=organization%3DQwen,google",
            "What share of downloads have the organizations Qwen and google",
        ),
        (
            "measure=growth&of=organization%3DQwen,google&by=month",
            "How fast do the organizations Qwen and google grow?",
        ),
        ("measure=share&of=region%3Dchina,us", "have organizations based in China and the United States"),
        ("measure=share&of=organization%3DQwen", "What share of downloads has the organization Qwen?"),
    ],
    ids=["share", "growth", "region", "one"],
)
def test_questions_of_several_are_in_the_plural(client: TestClient, query: str, question: str) -> None:
    assert question in text_of(client, f"/explore?{query}&reading=channel%3Dreported:modelpulse")


@pytest.mark.parametrize(
    ("query", "begins"),
    [
        ("of=organization%3Dgoogle&reading=channel%3Dreported:modelpulse", "The organization google had "),
        ("by=license_class&by=day&reading=counter%3Drolling_30d", "License class permissive had "),
        ("by=size_class&by=day&reading=counter%3Drolling_30d", "Models of under 1 billion parameters had "),
    ],
    ids=["id", "license", "size"],
)
def test_sentences_begin_with_a_capital_and_names_of_the_field(client: TestClient, query: str, begins: str) -> None:
    assert client.get(f"/api/v1/measures/share?{query}").json()["sentence"].startswith(begins)


def test_what_is_marked_on_a_plot_is_a_table_for_who_opens_it(client: TestClient) -> None:
    page = client.get(
        "/explore?measure=share&of=organization%3DQwen&by=month&reading=channel%3Dreported%3Amodelpulse"
    ).text
    assert re.search(r"<details>\s*<summary>What is marked on the plot: \d+ rows</summary>", page)
