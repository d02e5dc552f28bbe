"""What is kept of a line that could not be taken: its beginning, without addresses."""

import re

SHOWN = 200
"""Characters kept of a line that is set aside."""
_ADDRESS = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}(?![\w:])"
    r"|(?<![\w:])[0-9A-Fa-f:]*::[0-9A-Fa-f:.]*"
)


def shown(text: str) -> str:
    """The beginning of a line, with what looks like an address taken out.

    >>> shown('192.0.2.7 - - [23/Nov/2026:19:51:57 +0000] "x" from 2001:db8::1 and ::1')
    '(address) - - [23/Nov/2026:19:51:57 +0000] "x" from (address) and (address)'
    """
    return _ADDRESS.sub("(address)", text[: 4 * SHOWN].rstrip("\r\n"))[:SHOWN]
