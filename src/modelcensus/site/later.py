"""Parts of a page that the app fetches when the page is shown: in a site they stand in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from modelcensus.site.addresses import Address

PART = re.compile(r'<div class="later" hx-get="([^"]+)"[^>]*>.*?</div>', re.DOTALL)
TOLD = re.compile(r'<div class="told">(.*?)</div>', re.DOTALL)


def with_later(page: str, pages: Mapping[Address, str]) -> str:
    """The page with those parts in their places; one whose page is not there stays a link."""

    def told(found: re.Match[str]) -> str:
        address = Address.parse(unescape(found[1]))
        part = TOLD.search(pages.get(address, "")) if address else None
        return f'<div class="later">{part[1]}</div>' if part else found[0]

    return PART.sub(told, page)
