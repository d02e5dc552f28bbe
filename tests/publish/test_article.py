"""The article and the accounts: every number leads to its record, and no sentence says what its verdict does not."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest

from modelcensus.claims import Account, Claim, account
from modelcensus.claims.telling import told
from modelcensus.claims.verdicts import Tally
from modelcensus.measures import number
from modelcensus.publish.verdict_words import all_readings_sentence, as_worded_sentence, counts, instead, worded

NOT_NUMBERS = re.compile(
    r"(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}"
    r"|\d{4}-\d\d(?:-\d\d)?|[A-Za-z][\w./-]*\d[\w./-]*|the 30 days|ranks \d+ to \d+"
)
"""Dates, names with digits, the counter's window, and the name of a list of peers."""


class Text(HTMLParser):
    """The words of a page that stand in no link, heading, quotation or command line; and its number links."""

    APART = ("a", "h1", "h2", "h3", "h4", "code", "pre", "blockquote", "style", "title", "nav", "script")

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.bare: list[str] = []
        self.numbers: list[tuple[str, str]] = []
        self.to = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.APART:
            self.inside.append(tag)
        found = dict(attrs)
        self.to = (found.get("href") or "") if tag == "a" and found.get("class") == "n" else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self.APART:
            self.inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if self.to:
            self.numbers.append((data, self.to))
            self.to = ""
        elif not self.inside:
            self.bare.append(data)


def text_of(path: Path) -> Text:
    text = Text()
    text.feed(path.read_text())
    return text


def bare_digits(text: str) -> list[str]:
    return re.findall(r".{0,20}\d.{0,20}", NOT_NUMBERS.sub("", text))


def test_every_number_of_the_article_and_of_the_accounts_is_a_link(edition: Path) -> None:
    pages = [edition / "article.html", *sorted((edition / "claims" / "small").glob("*.html"))]
    assert len(pages) == 6
    for page in pages:
        text = text_of(page)
        assert not bare_digits(" ".join(text.bare)), page.name
    assert len(text_of(pages[0]).numbers) > 40
    lines = (edition / "article.md").read_text().split("```")[::2]
    plain = re.sub(r"!?\[[^\]]*\]\([^)]*\)|^#.*$|`[^`]*`", "", "\n".join(lines), flags=re.M)
    assert not bare_digits(plain)
    assert bare_digits("It had 8.4 % on 3 May 2026.") and not bare_digits("Qwen3.5 led on 3 May 2026.")


def test_a_number_leads_to_a_record_that_holds_it(edition: Path) -> None:
    records = json.loads((edition / "edition.json").read_text())["provenance"]
    pages = [*(edition / "claims" / "small").glob("*.html")]
    linked = [n for p in pages for n in text_of(p).numbers if re.search(r"#p[0-9a-f]{12}$", n[1])]
    assert len(linked) > 15
    for text, to in linked:
        record = records[to.rpartition("#")[2]]
        held = {number(r[k], record["unit"]) for r in record["rows"] for k in ("value", "low", "high")}
        assert text in held | {"50 %"}, (text, to)


def test_article_answers_from_the_edition(edition: Path) -> None:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", (edition / "article.md").read_text())
    assert text.startswith("# Qwen leads in downloads of open AI models; by how much depends on what is counted")
    assert (
        "As worded, it fails: The organization Qwen had 8.4 % of the downloads of the whole Hub in February 2026"
        in text
    )
    assert "Over all readings it depends: it holds in 1 reading and fails in 1. What decides is what stands" in text
    assert (
        "Of 3 published statements that these data can test in at least one reading, as worded 1 holds and 2 fail"
        in text
    )
    assert text.count("Tested under 1 of 2 readings; the rest lack evidence.") == 2
    assert "It is not a person, not a deployment" in text
    assert text.count("\n### ", text.index("## Questions and answers"), text.index("## Method")) >= 5
    assert "“Open models raise revenue” It would take revenue by customer (`modelcensus import`)." in text
    assert "“Qwen had more than 50 % of all downloads in January 2020”" in text.split("cannot test")[1]


def test_account_page_has_all_that_claims_show_prints(edition: Path, sample, small_pack) -> None:
    for claim in small_pack.claims[:2]:
        page = (edition / "claims" / "small" / f"{claim.id}.html").read_text().split("</style>")[1]
        shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)).replace("&#34;", '"').replace("&#39;", "'")
        one = account(sample, small_pack, claim)
        for line in told(one):
            if "[evidence=" in line:
                assert line.rpartition(" ")[2] in shown
            elif not line.startswith(("As worded", "As its publisher", "Over all", "Readings with", "somebody")):
                assert line.strip().rstrip(":").replace("what decides", "What decides") in shown, line
        data = json.loads((edition / "claims" / "small" / f"{claim.id}.json").read_text())
        assert data["verdict"] == one.verdict and len(data["curve"]) == one.tally.total
    also = (edition / "claims" / "small" / "many.html").read_text()
    assert "As-many" not in also and "small/as-many.html" in also.split('class="also"')[1].split("<h2")[0]


@pytest.mark.parametrize(("threshold", "verdict"), [("8 %", "holds"), ("9 %", "fails")])
def test_the_sentence_turns_with_the_verdict(sample, small_pack, threshold: str, verdict: str) -> None:
    claim = small_pack.claims[0]
    fields = claim.model_dump(include={"id", "statement", "measure", "of", "period", "as_worded"})
    narrow = {**claim.readings, "denominator": ("hub",)}
    one = account(sample, small_pack, Claim(**fields, compare={"above": threshold}, readings=narrow))
    said = f"{as_worded_sentence(one).text} {all_readings_sentence(one).text}"
    other = "fails" if verdict == "holds" else "holds"
    assert said.count(verdict) == 2 and other not in said and "reported by modelpulse" in said


def with_tally(one: Account, *numbers: int) -> Account:
    """The account with so many readings that hold, fail, are undetermined, have no evidence; worded as the first."""
    start = one.as_worded
    assert start
    verdicts = [
        v for v, n in zip(("holds", "fails", "undetermined", "untestable"), numbers, strict=True) for _ in range(n)
    ]
    found = tuple(replace(start, verdict=v) for v in verdicts)
    decided_by = one.decided_by if numbers[0] and numbers[1] else ()
    return replace(one, outcomes=found, tally=Tally(*numbers), as_worded=found[0], decided_by=decided_by)


def test_no_sentence_says_more_than_its_verdict(sample, small_pack) -> None:
    base = account(sample, small_pack, small_pack.claims[0])
    assert base.verdict == "depends"
    for numbers in product((0, 1, 3), repeat=4):
        if not any(numbers):
            continue
        hold, fail, undecided, _ = numbers
        one = with_tally(base, *numbers)
        said = all_readings_sentence(one).text
        words = set(re.findall(r"[a-z]+", said.lower()))
        assert ("holds" in words) == bool(hold) and ("fails" in words) == bool(fail), said
        assert ("depends" in words) == (one.verdict == "depends") == bool(hold and fail), said
        assert ("decidable" in words) == (one.verdict in ("holds", "fails") and undecided > 0), said
        assert bool({"open", "undetermined"} & words) == bool(undecided), said
        assert not {"true", "false", "correct", "wrong", "proves"} & words, said
        assert {int(n) for n in re.findall(r"\b\d\b(?! ?%|\d)", said)} <= {
            hold,
            fail,
            undecided,
            hold + fail,
            sum(numbers[:3]),
        }
        as_worded = as_worded_sentence(one).text
        verdict = one.as_worded.verdict if one.as_worded else ""
        stated = {"untestable": "cannot be tested", "undetermined": "undetermined, and the data leave open"}.get(
            verdict, verdict
        )
        assert as_worded.startswith(f"As worded, it {'is ' if verdict == 'undetermined' else ''}{stated}"), as_worded
        others = {"holds", "fails"} - {verdict}
        assert not others & set(re.findall(r"[a-z]+", as_worded)), as_worded
        assert ("holds" in counts(one).text) is False and "counted here" not in worded(one, one.as_worded).text
        assert len(instead(one)) == 0 or one.verdict == "depends" or verdict == "untestable"


def test_links_of_markdown_land(edition: Path) -> None:
    for name in ("article.md", "report.md"):
        for to in re.findall(r"\]\(([^)#]+)", (edition / name).read_text()):
            assert (edition / to).is_file(), to
