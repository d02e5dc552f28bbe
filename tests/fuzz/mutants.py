"""Foreign bytes: real examples, damaged by a seeded random in the ways files are damaged and attackers write."""

import random
from collections.abc import Iterator, Sequence

HOSTILE = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\r", b"\t", b'"', b'""', b"'", b"\\", b"%", b"%00", b"%zz", b"{", b"}",
    b"[", b"]", b"(", b")", b":", b": ", b"- ", b"#", b"&a", b"*a", b"!!python/object:os.system", b"|", b">", b",", b";", b"=",
    b"..", b"/", b"//", b"*", b"?", b"-1", b"0", b"1e400", b"-0.0", b"nan", b"inf", b"9223372036854775808", b"1_000",
    b"99999999999999999999999999", b"0x10", b"true", b"null", b"~", b"2026-02-31", b"0000-00-00", b"9999-12-31", b"10000-01-01",
    b"2026-13", b"1969-12-31", b"\xe2\x80\xae", b"\xf0\x9f\xa4\x96", b"\xc4\xb0", b"\xef\xbc\x91", b"\xd9\xa1", b"\xed\xa0\x80",
    b"\xc2\xb2", b"\\ud800", b"\\u0000", b"NaN", b"Infinity", b"0b_", b"0x_", b"1:59:59.5", b"!!timestamp x", b"2001-12-14t21:59:43.10-99:99",
    b"- &a [*a]", b"&x {<<: [*x, *x]}", b"http://[", b"//x:99999/", b"<![x", b"<!--", b"&#x110000;", b"+2359", b"9999-12-31T24:00",
    b"- " * 600, b"[" * 1500, b'{"a":' * 400, b"(" * 400,
    b" AND ", b" OR ", b" NOT ", b"'; drop table x; --", b"${x}", b"{{x}}", b"<<: *a", b"a" * 300, b"[" * 60, b"(" * 60,
)  # fmt: skip


def mutants(seeds: Sequence[bytes], seed: int, count: int, newlines: bool = True) -> Iterator[bytes]:
    """Examples with one to four damages each; without `newlines` each is one line. The same seed gives the same."""
    rng = random.Random(seed)
    for _ in range(count):
        made = rng.choice(seeds)
        for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
            made = _damaged(made, seeds, rng)
        yield made if newlines else made.replace(b"\n", b" ")


def _damaged(text: bytes, seeds: Sequence[bytes], rng: random.Random) -> bytes:
    place = rng.randrange(len(text) + 1)
    end = min(len(text), place + rng.choice((1, 2, 4, 16, 64)))
    match rng.randrange(8):
        case 0:
            return text[:place] + bytes([rng.randrange(256)]) + text[place + 1 :]
        case 1 | 2:
            return text[:place] + rng.choice(HOSTILE) + text[place:]
        case 3 | 4:
            return text[:place] + rng.choice(HOSTILE) + text[end:]
        case 5:
            return text[:place] + text[end:]
        case 6:
            return text[:end] + text[place:]
        case _:
            other = rng.choice(seeds)
            return text[:place] + other[rng.randrange(len(other) + 1) :]
