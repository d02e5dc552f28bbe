"""The addresses of the Check page: its form, and what came of a text as a page, as JSON and as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Form
from fastapi.responses import HTMLResponse, Response

from modelcensus.publish.visible import visible
from modelcensus.serve.check import Checked, Given, TooLongError, as_json, as_table, check_draft, check_text
from modelcensus.serve.forms import SUFFIXES
from modelcensus.serve.pages import Pages
from modelcensus.serve.problems import PlainJSON
from modelcensus.serve.tester import Tester
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.inert_text import seen

Text = Annotated[str, Form()]


@dataclass(frozen=True)
class Posted:
    """What was sent with the form: `again` is the draft that is to be tested, the text where it is 0."""

    given: Given
    drafts: tuple[str, ...]
    again: int

    def checked(self, tester: Tester) -> Checked:
        """What comes of it."""
        return (
            check_draft(tester, self.given, self.drafts, self.again) if self.again else check_text(tester, self.given)
        )


def posted(
    text: Text = "", date: Text = "", title: Text = "", publisher: Text = "",
    draft: Annotated[list[str] | None, Form()] = None, again: Annotated[int, Form()] = 0,
) -> Posted:  # fmt: skip
    """The fields of the form."""
    return Posted(Given(seen(text), date, seen(title), seen(publisher)), tuple(draft or ()), again)


Sent = Annotated[Posted, Depends(posted)]


def add_check(app: FastAPI, tester: Tester, pages: Pages) -> None:
    """`/check`: the form (GET), and what comes of it (POST), which stands at no address and is kept nowhere."""

    @app.get("/check", include_in_schema=False)
    def form(text: str = "", date: str = "", title: str = "", publisher: str = "") -> str:
        # Fills the form and computes nothing: a link costs this machine nothing until its reader submits.
        return pages.check(Given(seen(text), date, seen(title), seen(publisher)))

    @app.post("/check", include_in_schema=False)
    def check(sent: Sent) -> Response:
        try:
            checked = sent.checked(tester)
        except TooLongError:
            raise
        except RequestError as error:
            return HTMLResponse(pages.check(sent.given, wrong=error.told), 422)
        return HTMLResponse(pages.check(sent.given, checked), 422 if checked.wrong else 200)

    @app.post("/check{suffix:form}", include_in_schema=False)
    def taken(sent: Sent, suffix: str) -> Response:
        if suffix not in (".json", ".csv"):
            raise RequestError("a check is no such file", where=suffix, remedy="ask for .json or .csv")
        checked = sent.checked(tester)
        records = list(
            dict.fromkeys(o.id for s in checked.shown if s.account and (o := s.account.as_worded) and o.id)
        )
        headers = {
            "content-disposition": f'attachment; filename="check{suffix}"',
            "x-provenance": ", ".join(records or [tester.edition]),
        }
        if suffix == ".csv":
            return Response(visible(as_table(checked).to_csv()), media_type=SUFFIXES[suffix], headers=headers)
        stated = {"provenance": {"edition": tester.edition, "records": records}, "citation": tester.citation}
        return PlainJSON({**stated, **as_json(checked)}, headers=headers)
