"""Fetching files and answers of other services: bounded in time and size, tried again where that helps."""

import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from modelcensus.vocabulary import InputError

TIMEOUT = 60.0
"""Seconds without a byte after which a fetch is given up."""
TRIES = 4
AGAIN = (408, 429, 500, 502, 503, 504)
MOST = 2_000_000_000
"""Bytes of one answer."""
LONGEST_WAIT = 120.0


def fetch(url: str, path: Path, *, headers: Mapping[str, str] | None = None, most: int = MOST) -> Path:
    """Write what a URL answers to `path`; headers go to its host alone, as redirects elsewhere are not followed.

    Raises:
        InputError: no such address, an answer that is no success, or one that is too large or cut off.
    """
    if not url.startswith(("https://", "http://")):
        raise InputError(f"{url!r} is no address", where="--url", remedy="write https://...")
    http = _client()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    for number in range(1, TRIES + 1):
        wait = 2.0**number
        try:
            with http.stream(
                "GET", url, headers={"User-Agent": "modelcensus", **(headers or {})}, timeout=TIMEOUT,
                follow_redirects=not headers,
            ) as answer:  # fmt: skip
                if answer.status_code in AGAIN and number < TRIES:
                    wait = max(wait, _asked_to_wait(answer.headers.get("Retry-After", "")))
                elif answer.status_code != 200:
                    raise InputError(
                        f"the answer was {answer.status_code}", where=url, remedy=_remedy(answer.status_code)
                    )
                else:
                    written = 0
                    with part.open("wb") as out:
                        for block in answer.iter_bytes():
                            written += len(block)
                            if written > most:
                                raise InputError(f"larger than {most:,} bytes", where=url, remedy="check the address")
                            out.write(block)
                    part.replace(path)
                    return path
        except http.InvalidURL as error:
            raise InputError(f"no address ({error})", where=url, remedy="check it") from error
        except http.HTTPError as error:
            if number == TRIES:
                raise InputError(
                    f"no answer ({str(error).splitlines()[0][:120] if str(error) else type(error).__name__})",
                    where=url,
                    remedy="check the network and run the same command again",
                ) from error
        finally:
            part.unlink(missing_ok=True)
        time.sleep(wait)
    raise AssertionError("unreachable")


def _asked_to_wait(text: str) -> float:
    try:
        return min(float(text), LONGEST_WAIT)
    except ValueError:
        return 0.0


def _remedy(status: int) -> str:
    if status in (401, 403):
        return "log in, or check that you have access"
    return "check the address" if status in (301, 302, 307, 308, 404, 410) else "run the same command again later"


def _client() -> ModuleType:
    try:
        import httpx2

        return httpx2
    except ImportError:
        pass
    try:
        import httpx  # type: ignore[import-not-found]  # with the first generation of the Hub's client
    except ImportError as error:
        raise InputError(
            "no client for the web is installed",
            where="modelcensus collect",
            remedy="install the extra: pip install 'modelcensus[hub]'",
        ) from error
    return httpx
