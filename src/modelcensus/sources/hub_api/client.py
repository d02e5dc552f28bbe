"""The Hub over `huggingface_hub`: its session, login and headers; one answer at a time, within the rate limit.

The client's own retries are left out: they wait until they are refused, and are not counted before they are sent.
"""

import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from modelcensus.sources.hub_api.pace import Limit, Pace
from modelcensus.sources.hub_api.wire import wire
from modelcensus.vocabulary import InputError

HUB = "https://huggingface.co"
HUB_HOSTS = ("huggingface.co", "hf.co")
"""Hosts that a login of the Hub may be shown to."""
TIMEOUT = 60.0
"""Seconds without a byte after which an answer is given up; the client itself would wait for ever."""
DEADLINE = 600.0
"""Seconds that a whole answer may take."""
LARGEST = 256 * 1024 * 1024
"""Bytes of an answer; a page of 1,000 repositories has about 2 MB."""
RETRIED = (408, 425, 429, 500, 502, 503, 504, 520, 522, 524)
REFUSALS = 12
"""Refusals for the rate limit in a row after which the run ends: somebody else uses the address."""
CLOCK_OFF = 600.0
"""Seconds that this machine's clock may differ from the Hub's without a word."""

Say = Callable[[str], None]


class UnreachableError(InputError):
    """The Hub did not answer for as long as the run was told to wait; what was read is kept.

    `answered`: there were answers, but none that could be taken (status 500, say); else there was no network.
    """

    answered: bool = False


@dataclass(frozen=True)
class Answer:
    """What was answered: `day` by the Hub's clock, `following` the path and query of the next page."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    day: date
    path: str
    following: str = ""
    redirects: tuple[str, ...] = ()
    """Ids or paths that it was redirected to, in their order."""

    @property
    def error(self) -> str:
        return self.headers.get("x-error-code", "")

    @property
    def message(self) -> str:
        """What the Hub says is wrong, in one line."""
        said = self.headers.get("x-error-message") or self.body[:300].decode(errors="replace")
        return " ".join(said.split())[:200]


@dataclass(frozen=True)
class Patience:
    """How long to go on asking when the Hub does not answer: waits double from `first` to `longest` (seconds)."""

    total: float = 900.0
    first: float = 1.0
    longest: float = 60.0


@dataclass
class HubClient:
    """One identity at one endpoint. The login's token goes to the Hub's own hosts, and to another endpoint only when
    that is said; it is neither stored nor shown."""

    endpoint: str
    folder: Path
    anonymous: bool = False
    send_token: bool = False
    patience: Patience = field(default_factory=Patience)
    say: Say = lambda text: None
    waiting: Callable[[float], None] = lambda seconds: None
    requests: int = 0

    def __post_init__(self) -> None:
        self.endpoint = checked_endpoint(self.endpoint)
        self._hub = _library()
        own = urlsplit(self.endpoint).hostname in HUB_HOSTS
        token = None if (own or self.send_token) and not self.anonymous else False
        try:
            self._headers = self._hub.build_hf_headers(
                token=token, library_name="modelcensus", library_version=version("modelcensus")
            )
        except (
            AttributeError,
            TypeError,
        ) as error:  # it asks the endpoint for a list of agents, and trusts the answer
            raise InputError(
                f"the Hub's client cannot make its headers ({error})",
                where=self.endpoint,
                remedy="check --endpoint, and remove .agent_harnesses.json from the client's folder (HF_HOME)",
            ) from error
        self.logged_in = "authorization" in {k.lower() for k in self._headers}
        windows = wire().windows
        quota = windows.login if self.logged_in else windows.anonymous
        key = f"{self.endpoint} {'login' if self.logged_in else 'anonymous'}"
        self.pace = Pace(self.folder / "pace.json", key, quota, windows.seconds, self.waiting)
        self._clock_said = False

    def get(
        self,
        path: str,
        parameters: tuple[tuple[str, str], ...] = (),
        sound: Callable[[bytes], bool] | None = None,
        failing: float = math.inf,
    ) -> Answer:
        """The answer to one question; asked again while there is none, or it is not `sound` (UnreachableError in the end).

        `failing`: seconds after which a question is given up that is answered, but never so that it can be taken.
        Redirects are followed at the endpoint alone.
        """
        url = self._inside(path + (f"?{urlencode(parameters)}" if parameters else ""))
        redirects: list[str] = []
        while True:
            answer = self._patient(url, sound, failing)
            if answer.status not in (301, 302, 303, 307, 308):
                return Answer(**{**vars(answer), "redirects": tuple(redirects)})
            target = answer.headers.get("location")
            if len(redirects) >= 5 or not target:
                raise InputError("redirected without end", where=path, remedy="ask for the repository's present id")
            url = self._inside(target, url)
            redirects.append(url[len(self.endpoint) :])

    def _inside(self, url: str, base: str = "") -> str:
        """The same path at the endpoint, as seen from `base`; an error where it leads to another host."""
        ours = urlsplit(self.endpoint)
        try:
            parts = urlsplit(urljoin(base or self.endpoint + "/", url))
            same = (parts.scheme, parts.hostname, parts.port) == (ours.scheme, ours.hostname, ours.port)
        except ValueError as error:
            raise InputError(
                f"an answer leads to what is no address ({error})", where=self.endpoint, remedy="run again later"
            ) from error
        if not same and parts.hostname not in HUB_HOSTS:
            raise InputError(
                f"an answer leads to another host ({parts.hostname}); it is not followed",
                where=self.endpoint,
                remedy="check --endpoint; a mirror must answer by itself",
            )
        return f"{self.endpoint}{parts.path}{'?' + parts.query if parts.query else ''}"

    def _patient(self, url: str, sound: Callable[[bytes], bool] | None, failing: float) -> Answer:
        since, wait, refusals = time.monotonic(), self.patience.first, 0
        while True:
            self.pace.before()
            problem, answer = self._once(url, sound)
            if not problem and answer is not None:
                return answer
            if answer is not None and answer.status == 429:
                refusals += 1
                self.pace.refused(_seconds(answer.headers.get("retry-after")), Limit.of(answer.headers))
                self.say(f"the Hub refuses more requests for now ({answer.message or '429'}): waiting")
                if refusals < REFUSALS:
                    continue
            elif time.monotonic() - since < min(self.patience.total, failing if answer is not None else math.inf):
                self.say(f"{problem}; asking again in {wait:g} s")
                time.sleep(wait)
                wait = min(2 * wait, self.patience.longest)
                continue
            lost = UnreachableError(
                f"no answer ({problem})",
                where=_shown(url),
                remedy="run the same command again: it goes on where it was",
            )
            lost.answered = answer is not None and answer.status != 429
            raise lost

    def _once(self, url: str, sound: Callable[[bytes], bool] | None) -> tuple[str, Answer | None]:
        """What is wrong with the answer (nothing: it is taken), and the answer."""
        session = self._hub.get_session()
        transport: Any = import_module(type(session).__module__.partition(".")[0])
        started = time.monotonic()
        self.requests += 1
        try:
            with session.stream(
                "GET", url, headers=self._headers, timeout=TIMEOUT, follow_redirects=False
            ) as response:
                headers = {k.lower(): v for k, v in response.headers.items()}
                chunks, size = [], 0
                for chunk in response.iter_bytes():
                    chunks.append(chunk)
                    size += len(chunk)
                    if time.monotonic() - started > DEADLINE or size > LARGEST:
                        return f"an answer of {size:,} bytes after {DEADLINE:g} s is given up", None
                status, link = response.status_code, response.links.get("next", {}).get("url", "")
        except transport.HTTPError as error:
            if isinstance(error, transport.ConnectError):
                self._hub.close_session()
            return f"the connection failed ({type(error).__name__}: {str(error)[:120]})", None
        except self._hub.OfflineModeIsEnabled as error:
            raise InputError(
                "the client is told to stay offline", where="HF_HUB_OFFLINE", remedy="unset it to collect"
            ) from error
        self.pace.after(Limit.of(headers))
        answer = Answer(status, b"".join(chunks), headers, self._day(headers), url[len(self.endpoint) :], link)
        if status in RETRIED:
            return f"the Hub answers {status}", answer
        if status == 200 and sound is not None and not sound(answer.body):
            return f"an answer of {len(answer.body):,} bytes is not what was asked for", answer
        return "", answer

    def _day(self, headers: Mapping[str, str]) -> date:
        """The day of an answer (UTC), by the Hub's clock where it states it."""
        now = datetime.now(UTC)
        try:
            said = parsedate_to_datetime(headers["date"]).astimezone(UTC)
        except (KeyError, ValueError, TypeError, OverflowError):  # the last: year 1, west of Greenwich
            return now.date()
        off = (now - said).total_seconds()
        if abs(off) > CLOCK_OFF and not self._clock_said:
            self._clock_said = True
            self.say(f"this machine's clock is {off / 60:+,.0f} minutes off the Hub's: days go by the Hub's")
        return said.date()


def checked_endpoint(endpoint: str) -> str:
    """An endpoint without its last slash; an error where it is no address."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise InputError(
            f"{endpoint.split('@')[-1]!r} is no address of a hub",
            where="--endpoint",
            remedy=f"write for example {HUB}",
        )
    return endpoint.rstrip("/")


def default_endpoint() -> str:
    """Where the Hub is: `HF_ENDPOINT`, as for the client itself, else the Hub."""
    return os.environ.get("HF_ENDPOINT") or HUB


class _Library:
    """What is used of `huggingface_hub`, imported only when the Hub is asked."""

    def __init__(self) -> None:
        from huggingface_hub import errors, utils

        self.build_hf_headers = utils.build_hf_headers
        self.get_session = utils.get_session
        self.close_session = utils.close_session
        self.OfflineModeIsEnabled = errors.OfflineModeIsEnabled
        self.version = version("huggingface_hub")


def _library() -> _Library:
    try:
        return _Library()
    except (ImportError, AttributeError) as error:
        raise InputError(
            f"needs huggingface_hub 1.0 or newer ({error})",
            where="collect hub",
            remedy="install it with the extra: pip install 'modelcensus[hub]'",
        ) from error


def _seconds(text: str | None) -> float | None:
    told = (text or "").strip()  # of more than `float` leaves out
    return float(told) if told.isascii() and told.isdigit() else None


def _shown(url: str) -> str:
    """An address for readers, without the cursor."""
    return url.partition("?")[0]
