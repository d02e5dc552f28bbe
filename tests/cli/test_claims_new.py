"""`claims new` as people use it: options alone, answers on a terminal, refusals, and an end in the middle."""

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from modelcensus.claims import read_pack
from modelcensus.claims.rewriting import first_comment
from modelcensus.cli.claims import check
from modelcensus.cli.claims_new import new
from modelcensus.vocabulary import CensusError

PACK = {"pack": "mine", "title": "An article", "publisher": "somebody"}
RELEASED = {
    "statement": "Qwen has released at least ten models.", "measure": "releases", "of": ["family=Qwen"],
    "at_least": "10", "because": "every release counts",
}  # fmt: skip
HALF = {
    "statement": "Qwen had more than half of all downloads.", "measure": "share", "of": ["family=Qwen"],
    "above": "50%", "because": "no list is named",
}  # fmt: skip
QUICK = ["subject=family"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, without a terminal."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_options_alone_give_a_pack_that_is_tested(folder, sample, monkeypatch, capsys):
    new(**PACK, **RELEASED, readings=QUICK, date="2026-04-10", url="https://example.org")
    new(
        pack="mine",
        add_to=True,
        statement="It is half of the market.",
        untestable="revenue by model",
        pin="untestable",
    )
    pack = read_pack(folder / "claims/mine.yml")
    assert [c.id for c in pack.claims] == ["qwen-has-released-at-least-ten", "it-is-half-of-the-market"]
    assert pack.claims[0].compare and pack.claims[0].compare.threshold == 10
    assert "compare: {at_least: 10}" in (folder / "claims/mine.yml").read_text()
    monkeypatch.setattr("modelcensus.cli.claims.open_census", lambda *_: sample)
    capsys.readouterr()
    check(["claims/mine.yml"])
    told = capsys.readouterr().out
    assert "holds" in told and "untestable" in told


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"statement": None}, "--statement missing"),
        ({"title": None, "because": None}, "--title, --because missing"),
        ({"above": None}, "give --above or --at-least"),
        ({"pack": "My Pack"}, "write small letters, digits and dashes: my-pack"),
        ({"pack": "qwen-2026"}, "comes with the program"),
        ({"date": "10 April"}, "no day"),
        ({"id": "Half!"}, "is no id"),
        ({"fragment": "word " * 40}, "more than 160"),
        ({"measure": "shares"}, "did you mean 'share'"),
        ({"of": ["family=Qwenn"]}, "unknown family 'Qwenn'; did you mean 'Qwen'"),
        ({"of": ["root_region=chin"]}, "unknown region 'chin'; did you mean 'china'"),
        ({"of": ["famly=Qwen"]}, "did you mean 'family'"),
        ({"of": ["family=Qwen", "family=Llama"]}, "named twice"),
        ({"within": "mainlin"}, "did you mean 'mainline'"),
        ({"within": "where: family ="}, "not an expression"),
        ({"within": "mainline"}, "close them with --readings denominator=false"),
        ({"by": ["mnth"]}, "did you mean 'month'"),
        ({"period": "spring"}, "not a period"),
        ({"reading": ["top=3"]}, "share has no reading top"),
        ({"above": "fifty"}, "'fifty' is no number; write for example 50 %"),
        ({"above": "50"}, "'50' is no number of share"),
        ({"above": "1.2B"}, "is no number of share"),
        ({"below": "60 %"}, "--above and --below cannot both be said"),
        ({"above": None, "between": "50 %..40 %"}, "ends before it starts"),
        ({"above": None, "first": "2025-07"}, "crossover belong together"),
        ({"give_or_take": "5 %"}, "only --about has a slack"),
        ({"as_worded": ["denominators=hub"]}, "did you mean 'denominator'"),
        ({"as_worded": ["denominator=hubb"]}, "did you mean 'hub'"),
        ({"readings": ["window=stated"], "as_worded": ["window=counter"]}, "window has no choice 'counter'"),
        ({"readings": ["evidence=false"]}, "evidence has no choice 'false'"),
        ({"figures": ["hub-daily"]}, "did you mean 'hub-daily-2026'"),
        ({"measure": None, "untestable": "revenue"}, "an untestable claim has no --of, --above, --because"),
        ({"untestable": "revenue"}, "an untestable claim has no --measure"),
        ({"add_to": True, "title": None, "publisher": None}, "no such file to add to"),
        ({"statement": "\udcff"}, r"the character '\udcff' is no text"),
        ({"title": "a \x1b[31m"}, r"the character '\x1b' is no text"),
        ({"measure": "crossover", "above": None, "first": "2025-07"}, "crossover needs peers"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(folder, changed, reason):
    with pytest.raises(CensusError) as caught:
        new(**{k: v for k, v in (PACK | HALF | changed).items() if v is not None})
    assert reason in str(caught.value) and list(folder.iterdir()) == []


def test_numbers_and_freedoms_that_are_stated(folder, capsys):
    asked = HALF | {"above": None, "about": "153.6M", "measure": "downloads", "of": ["organization=Qwenx"]}
    new(**PACK, **{k: v for k, v in asked.items() if v}, give_or_take="5 million", reading=["repair=none"])
    claim = read_pack(folder / "claims/mine.yml").claims[0]
    assert claim.compare and claim.compare.about and claim.compare.about.slack == 50_000
    assert claim.compare.within and claim.compare.within.value == 5e6
    assert claim.readings == {"repair": False} and claim.reading == {"repair": "none"}
    said = capsys.readouterr().err
    assert "Qwenx stands in no list; did you mean 'Qwen'" in said and "degree of freedom is closed" in said


def test_files_that_are_there(folder):
    new(**PACK, **HALF)
    path = folder / "claims/mine.yml"
    text = path.read_text()
    with pytest.raises(CensusError, match=r"is there already; add to it with --add-to"):
        new(**PACK, **HALF)
    with pytest.raises(CensusError, match="a claim 'half' is in the pack already"):
        path.write_text(text.replace("qwen-had-more-than-half-of", "half"))
        new(pack="mine", add_to=True, id="half", **RELEASED)
    with pytest.raises(CensusError, match=r"--title belong to a new pack"):
        new(output=path, add_to=True, title="T", **RELEASED)
    with pytest.raises(CensusError, match=r"claims/mine\.yml is a pack mine"):
        new(output=Path("claims/other.yml"), **PACK, **HALF)
    path.write_text(text.replace("measure: share", "measur: share"))
    with pytest.raises(CensusError, match=r"mine\.yml, line 8: claims\.0\.measur: Extra inputs"):
        new(pack="mine", add_to=True, **RELEASED)
    path.write_text(commented := text.replace("  - id", "  # mine\n  - id"))
    with pytest.raises(CensusError, match=r"comments would be lost \(the first is in line 6\)"):
        new(output=path, add_to=True, **RELEASED)
    assert path.read_text() == commented and [p.name for p in path.parent.iterdir()] == ["mine.yml"]
    new(output=path, add_to=True, overwrite=True, **HALF)
    assert [c.id for c in read_pack(path).claims] == ["qwen-had-more-than-half-of", "qwen-had-more-than-half-of-2"]
    assert "# mine" not in path.read_text()
    new(**PACK, **HALF, overwrite=True)
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b # c\n", 1), ("a: 'b # c'\nd: [x] # e\n", 2), ("a: |  # c\n  # b\n", 1), ("a: |\n  # b\nc: d#e\n", None),
        ("a: b\n# at the end", 2), ("a: 'it''s # no'\nb: \"# no\"\n", None),
    ],
)  # fmt: skip
def test_comments_are_found(text, line):
    assert first_comment(text) == line


def _on_terminal() -> None:
    """In the child: the terminal becomes the controlling one, and Ctrl-C is heard whatever the test run ignores."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.close(os.open(os.ttyname(0), os.O_RDWR))


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, command, folder, *options):
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [command, "claims", "new", *options], stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder,
            start_new_session=True, env={**os.environ, "COLUMNS": "200", "TERM": "dumb"},
            preexec_fn=_on_terminal,
        )  # fmt: skip
        os.close(theirs)
        self.said = ""

    def answer(self, question, text):
        self.until(question)
        os.write(self.ours, text.encode())

    def press(self, key, wanted):
        """Press a key, again where it came before the program listened, until something is said."""
        for patience in (15, 15, 15, 45):
            os.write(self.ours, key.encode())
            try:
                return self.until(wanted, patience)
            except AssertionError:
                continue
        raise AssertionError(f"{wanted!r} was never said: {self.said}")

    def until(self, wanted, patience=90):
        """Read until something is said that was not said before."""
        start = getattr(self, "seen", 0)
        end = time.monotonic() + patience
        while (place := self.said.find(wanted, start)) < 0:
            assert time.monotonic() < end and select.select([self.ours], [], [], patience)[0], self.said
            try:
                part = os.read(self.ours, 4096)
            except OSError:  # Linux: the other end is closed
                part = b""
            assert part, self.said
            self.said += part.decode()
        self.seen = place + len(wanted)

    def end(self):
        status = self.process.wait(60)
        os.close(self.ours)
        return status


def test_answers_on_a_terminal_give_the_same_file(command, folder):
    new(
        **PACK, **HALF, date="2026-04-10", period="2026-02", readings=["denominator=hub,text-vision"],
        as_worded=["subject=family,organization", "window=stated", "denominator=hub"],
        output=Path("by-options.yml"),
    )  # fmt: skip
    terminal = Terminal(command, folder)
    for question, text, refusal in [
        ("Id of the pack", "My Pack", "is no id"),
        ("Id of the pack", "qwen-2026", "comes with the program"),
        ("Id of the pack", "mine", ""),
        ("Title", "", "an answer is needed"),
        ("Title", PACK["title"], ""),
        ("Who published", PACK["publisher"], ""),
        ("On which day", "yesterday", "use YYYY-MM-DD"),
        ("On which day", "2026-04-10", ""),
        ("a URL", "", ""),
        ("in your own words", HALF["statement"], ""),
        ("(qwen-had-more-than-half-of)", "", ""),
        ("source's words", "", ""),
        ("The measure", "shre", "did you mean 'share'"),
        ("The measure", "share", ""),
        ("Of whom", "family=Qwenn", "did you mean 'Qwen'"),
        ("Of whom", "family=Qwen", ""),
        ("When", "2026-02", ""),
        ("The number is", "over", "no comparison 'over'"),
        ("The number is", "", ""),
        ("50 %", "half", "is no number"),
        ("50 %", "50 %", ""),
        ("Narrow one", "denominator=hub,text-vision", ""),
        ("Another", "", ""),
        ("who is meant", "family,organization", ""),
        ("under the line", "mainline", "has no choice 'mainline'"),
        ("under the line", "hub", ""),
        ("over which time", "", ""),
        ("Why", HALF["because"], ""),
    ]:
        terminal.answer(question, text + "\n")
        if refusal:
            terminal.until(refusal)
    terminal.until("modelcensus claims check claims/mine.yml")
    assert terminal.end() == 0
    assert (folder / "claims/mine.yml").read_text() == (folder / "by-options.yml").read_text()


@pytest.mark.parametrize(
    ("key", "status", "said"), [("\x03", 130, "interrupted"), ("\x04", 1, "nothing was written")]
)
def test_a_dialogue_that_ends_leaves_nothing(command, folder, key, status, said):
    terminal = Terminal(command, folder, "--pack", "mine", "--title", "T")
    terminal.answer("Who published", "somebody\n")
    terminal.until("On which day")
    terminal.press(key, said)
    assert terminal.end() == status and list(folder.iterdir()) == []
