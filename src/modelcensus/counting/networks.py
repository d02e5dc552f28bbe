"""Published address ranges and own mirrors: whose addresses are no users'."""

import ipaddress
from collections.abc import Iterable
from pathlib import Path

from modelcensus.counting.policies import Policies
from modelcensus.vocabulary import InputError, RequestError

KINDS = ("bot", "ci", "mirror")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Networks:
    """Ranges of addresses with what they are; the narrowest one that holds an address decides."""

    def __init__(self, ranges: Iterable[tuple[Network, str]]) -> None:
        self._known: dict[int, dict[int, dict[int, str]]] = {4: {}, 6: {}}
        for network, kind in ranges:
            lengths = self._known[network.version].setdefault(network.prefixlen, {})
            lengths[int(network.network_address) >> (network.max_prefixlen - network.prefixlen)] = kind

    def __bool__(self) -> bool:
        return any(self._known.values())

    @classmethod
    def of(cls, policies: Policies) -> "Networks":
        """Those that the policies name."""
        ranges = [(_network(m, "--policy mirrors"), "mirror") for m in policies.mirrors]
        return cls([*_read(Path(policies.networks)), *ranges] if policies.networks else ranges)

    def mark(self, address: str | None) -> str:
        """bot, ci, mirror, or empty.

        >>> n = Networks([(ipaddress.ip_network("10.0.0.0/8"), "mirror"), (ipaddress.ip_network("10.1.0.0/16"), "ci")])
        >>> n.mark("10.1.2.3"), n.mark("10.2.2.3"), n.mark("192.0.2.1"), n.mark("no address")
        ('ci', 'mirror', '', '')
        """
        if not address or not self:
            return ""
        try:
            found = ipaddress.ip_address(address.strip("[]").partition("%")[0])
        except ValueError:
            return ""
        if found.version == 6 and found.ipv4_mapped:
            found = found.ipv4_mapped
        lengths = self._known[found.version]
        for length in sorted(lengths, reverse=True):
            kind = lengths[length].get(int(found) >> (found.max_prefixlen - length))
            if kind:
                return kind
        return ""


def _read(path: Path) -> list[tuple[Network, str]]:
    if not path.is_file():
        raise InputError("no such file", where=str(path), remedy="check --policy networks=FILE")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", where=str(path), remedy="write NETWORK,KIND lines") from error
    ranges = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        network, _, kind = (p.strip() for p in text.partition(","))
        if kind not in KINDS:
            raise InputError(
                f"{kind!r} is none of {', '.join(KINDS)}",
                where=f"{path}:{number}",
                remedy="write for example 192.0.2.0/24,ci",
            )
        ranges.append((_network(network, f"{path}:{number}"), kind))
    return ranges


def _network(text: str, where: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise RequestError(f"{text!r} is no network", where=where, remedy="write for example 192.0.2.0/24") from error
