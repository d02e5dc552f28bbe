"""Every page answers, says the same in every form, and refuses in words what makes no sense."""

import csv
import io
import json
import re

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from modelcensus.publish.unbroken import unbroken
from modelcensus.publish.views import pages
from modelcensus.serve.forms import SUFFIXES

READ = "reading=counter%3Drolling_30d"
REPORTED = "reading=channel%3Dreported%3Amodelpulse"
SHARE = f"measure=share&of=organization%3DQwen&by=month&{REPORTED}&period=2026-02"
SUBJECTS = {
    "/families/{name}": "/families/Qwen",
    "/organizations/{name}": "/organizations/google",
    "/regions/{name}": "/regions/china",
    "/models/{name}": "/models/Qwen/Qwen3-8B",
}


@pytest.mark.parametrize("path", pages())
def test_every_page_is_titled_with_a_question_and_answers_in_words_first(client: TestClient, path: str) -> None:
    page = client.get(SUBJECTS.get(path, path))
    assert page.status_code == 200, page.text[-1500:]
    title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)
    assert title and title[1].endswith("?")
    assert page.text.count("<h1>") == 1
    told = client.get(f"{'/overview' if path == '/' else SUBJECTS.get(path, path)}.json").json()
    for section in told["sections"]:
        assert section["statements"] or section["facts"] or section["remarks"], section["question"]
        for statement in section["statements"]:
            assert statement["provenance"], statement["text"]


def test_the_same_number_in_every_form(client: TestClient, sample) -> None:
    truth = sample.measure(
        "share", of={"organization": "Qwen"}, by="month", period="2026-02",
        reading={"channel": "reported:modelpulse"},
    )  # fmt: skip
    value = truth.rows[0].value
    told = client.get(f"/explore.json?{SHARE}").json()["sections"][0]["results"][0]
    assert told["rows"][0]["value"] == value and told["provenance"]["id"] == truth.provenance.id
    taken = client.get(f"/explore.csv?{SHARE}")
    assert float(next(csv.DictReader(io.StringIO(taken.text)))["value"]) == value
    assert taken.headers["x-provenance"] == truth.provenance.id
    assert "attachment" in taken.headers["content-disposition"]
    columns = pq.read_table(io.BytesIO(client.get(f"/explore.parquet?{SHARE}").content))
    assert columns["value"].to_pylist() == [value]
    shown = client.get(f"/explore?{SHARE}").text.replace("&#39;", "'")
    assert f'<p class="lead">{unbroken(truth.sentence())}' in shown


@pytest.mark.parametrize(
    ("shape", "finding"),
    [(s, "The organization Qwen had") for s in ("lines", "stacked", "log")]
    + [("index", " stands at "), ("places", "Qwen is first, ")],
)
def test_a_shape_is_drawn_with_its_finding_as_title(client: TestClient, shape: str, finding: str) -> None:
    asked = f"measure=share&by=organization&by=month&period=2026&{REPORTED}&shape={shape}"
    svg = client.get(f"/explore.svg?{asked}")
    assert svg.status_code == 200 and svg.headers["content-type"].startswith("image/svg+xml")
    assert finding in " ".join(svg.text.split()) and "modelcensus explain" in svg.text
    spec = client.get(f"/explore.vega?{asked}").json()
    assert "vega-lite" in spec["$schema"]
    assert client.get(f"/explore.png?{asked}&size=phone").content.startswith(b"\x89PNG")


def test_a_frame_may_be_embedded_and_no_other_page(client: TestClient) -> None:
    frame, page = client.get(f"/explore.embed?{SHARE}"), client.get(f"/explore?{SHARE}")
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "<img" in frame.text and re.findall('<script[^>]* src=.([^"]+)', frame.text) == ["/assets/charts.js"]
    assert frame.text.count("<script") == 1


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/explore?measure=shar", "did you mean"),
        ("/explore?measure=share&of=famly%3DQwen", "unknown dimension"),
        ("/explore?measure=share&by=month&within=nowhere", "nowhere"),
        (f"/explore?{SHARE}&shape=pie", "no shape"),
        (f"/explore?{SHARE}..2026-04&shape=stacked", "only shares by a dimension"),
        ("/leaderboards?by=colour", "no board"),
        ("/compare?of=family%3DQwen&of=region%3Dus", "not of one kind"),
        ("/launch?subject=Qwen", "neither FAMILY@GENERATION nor a repository"),
        ("/search?q=zzzzzz", "nothing bears"),
    ],
)
def test_what_makes_no_sense_keeps_the_form_and_says_why(client: TestClient, address: str, says: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 422 and says in answer.text and "<form" in answer.text
    path, _, query = address.partition("?")
    refused = client.get(f"{path}.json?{query}")
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        (f"/explore?measure=share&of=qwen&by=day&{READ}", f"/explore?measure=share&of=family%3DQwen&by=day&{READ}"),
        (
            f"/explore?measure=share&of=qwen&by=day&{READ}",
            f"/explore?measure=share&of=organization%3DQwen&by=day&{READ}",
        ),
        (
            f"/explore?measure=share&of=mistral&by=day&{READ}",
            f"/explore?measure=share&of=family%3DMistral&by=day&{READ}",
        ),
        (f"/explore?measure=share&of=china&by=day&{READ}", f"/explore?measure=share&of=region%3Dchina&by=day&{READ}"),
        (
            f"/explore?measure=share&of=qwen/qwen3-8b&by=day&{READ}",
            f"/explore?measure=share&of=repository%3DQwen%2FQwen3-8B&by=day&{READ}",
        ),
        ("/compare?of=Qwen,llama&aligned=release", "/compare?aligned=release&of=family%3DQwen%2CLlama"),
        ("/compare?of=qwen%3Bmeta-llama", "/compare?of=organization%3DQwen%2Cmeta-llama"),
        ("/launch?subject=qwen", "/launch?subject=Qwen%40Qwen3.5"),
    ],
)
def test_a_bare_name_leads_to_what_it_may_mean(client: TestClient, address: str, leads_to: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 422 and f'href="{leads_to.replace("&", "&amp;")}"' in answer.text
    if "compare" not in leads_to and "launch" not in leads_to:  # these take longer, and have tests of their own
        assert client.get(leads_to).status_code == 200


def test_an_open_number_leads_to_the_counter_that_decides_it(client: TestClient) -> None:
    page = client.get("/explore?measure=share&of=family%3DQwen&by=month&reading=channel%3Dhub").text
    to = "/explore?measure=share&of=family%3DQwen&by=day&reading=counter%3Drolling_30d"
    assert "cannot be told from these counters" in page and f'href="{to.replace("&", "&amp;")}"' in page
    (section,) = client.get(to.replace("?", ".json?")).json()["sections"]
    assert "between" not in section["statements"][0]["text"]
    assert "exact where these periods are open" not in client.get(to).text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/models/no/such-model", 404),
        ("/explore.gif", 404),
        ("/explore?mesure=share", 422),
        ("/health?by=month", 422),
        (f"/explore.csv?{SHARE}&table=other", 422),
        (f"/explore.svg?{SHARE}&figure=other", 422),
        (f"/explore.svg?{SHARE}&size=huge", 422),
        (f"/explore?measure={'x' * 5_000}", 414),
        ("/method.svg", 422),
    ],
)
def test_what_is_not_there_is_refused(client: TestClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/families/Qwne", "/families/Qwen"),
        ("/families/qwen", "/families/Qwen"),
        ("/organizations/mistral-ai", "/organizations/mistralai"),
        ("/models/Qwen/Qwen3-8b-Bsae", "/models/Qwen/Qwen3-8B-Base"),
        ("/regions/chin", "/regions/china"),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".json", ".csv", ".svg"])
def test_an_unknown_name_leads_to_those_like_it(client: TestClient, address: str, suffix: str, leads_to: str) -> None:
    answer = client.get(address + suffix)
    assert answer.status_code == 404
    assert f'href="{leads_to}"' in answer.text and 'href="/search?q=' in answer.text
    assert client.get(leads_to).status_code == 200


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "'; drop table catalog; --", "=cmd()", "\u202egnp.exe", "../../etc/passwd"]
)
def test_names_are_inert(client: TestClient, name: str) -> None:
    for path, field in (("/search", "q"), ("/explore", "of"), ("/launch", "subject"), ("/compare", "of")):
        answer = client.get(path, params={field: name})
        assert answer.status_code in (200, 422)
        assert "<script>alert" not in answer.text
    assert client.get(f"/models/{name}").status_code in (404, 422)


def test_what_counts_for_a_model_follows_its_library(client: TestClient) -> None:
    told = client.get("/models/Qwen/Qwen3-8B.json").json()
    counted = next(s for s in told["sections"] if s["id"] == "counted")["facts"]["query-files"]
    said = [r["a request for"] for r in counted]
    assert {"config.json at the root", "every .gguf"} <= set(said) and not any("safetensors" in w for w in said)


def test_json_of_a_page_is_plain(client: TestClient) -> None:
    for path in ("/health.json", "/method.json", "/leaderboards.json?by=family"):
        json.loads(client.get(path).text)
    assert set(SUFFIXES) >= {".json", ".csv", ".parquet", ".svg", ".png", ".embed"}


@pytest.mark.parametrize(
    "asked",
    [
        "measure=projection&of=organization%3DQwen&reading=channel%3Dreported:modelpulse&reading=level%3D5000000000",
        "measure=decomposition&of=organization%3DQwen&within=mainline&reading=counter%3Drolling_30d&by=day",
    ],
)
def test_values_that_are_no_downloads_are_drawn_too(client: TestClient, asked: str) -> None:
    page = client.get(f"/explore?{asked}")
    assert page.status_code == 200 and "<h1>" in page.text
    assert client.get(f"/explore.svg?{asked}").status_code == 200


def test_a_comparison_tells_of_all_that_were_asked_for(client: TestClient, sample) -> None:
    of = {"organization": ["Qwen", "google", "meta-llama"]}
    truth = sample.measure(
        "downloads", of=of, by=["organization", "month"], reading={"channel": "reported:modelpulse"}
    )
    newest = {r.dimensions["organization"]: r.value for r in truth.rows if r.span == truth.rows[-1].span}
    told = client.get("/compare.json?of=organization%3DQwen%2Cgoogle%2Cmeta-llama").json()["sections"]
    said = next(
        s["statements"][0]["text"]
        for s in told
        if s["question"].startswith("How often") and "reported" in s["question"]
    )
    assert f"The organization Qwen had {newest['Qwen'] / 1e6:.1f} million downloads" in said
    assert said.endswith(
        f"; google {newest['google'] / 1e6:.1f} million; meta-llama {newest['meta-llama'] / 1e6:.1f} million."
    )


def test_what_was_made_from_a_family_is_a_sentence_that_names_it(client: TestClient, sample) -> None:
    rows = sample.engine.rows(
        """select count(*) as n from catalog where relation = 'quantized' and root_family = 'Qwen'
           and not coalesce(organization = root_organization or (first_party and family = root_family), false)"""
    )
    told = next(s for s in client.get("/families/Qwen.json").json()["sections"] if s["id"] == "grown")
    said = told["statements"][0]["text"]
    assert said.startswith("At least ") and " quantized derivatives of Qwen were known " in said
    assert int(said.split()[2].replace(",", "")) == rows[0]["n"] > 1_000
    assert (
        "Dashed lines" not in client.get("/families/Qwen").text.split('id="grown"')[1]
    )  # bars cross no change of counting


def test_regions_are_called_by_their_names_and_sentences_begin_as_such(client: TestClient) -> None:
    page = client.get("/regions/china").text
    assert "Organizations based in China had" in page and ">organizations based in China had" not in page
    assert ">China 5" in client.get("/regions/china.svg").text  # the name at the end of its line


def test_a_launch_tells_its_place_and_what_was_made_from_it(client: TestClient, sample) -> None:
    (row,) = sample.measure("launch", of={"repository": "deepseek-ai/DeepSeek-V4-Pro"}, by=["repository"]).rows[-1:]
    told, page = row.dimensions, client.get("/launch.json?subject=deepseek-ai/DeepSeek-V4-Pro").json()
    said = [s["text"] for s in page["sections"][0]["statements"]]
    place, made = said[1:]
    low, high = (f"{100 * float(str(told[k])):.1f} %" for k in ("percentile_low", "percentile_high"))
    assert place == f"On day 30 it was ahead of {low} to {high} of the {told['comparable']} releases of its size that have come to that age."  # fmt: skip
    assert made == (
        f"By day 30 its maker had published {told['first_party_quantized']} quantized versions, others"
        f" {told['community_quantized']}; besides there was {told['other_derivatives']} other derivative."
    )
