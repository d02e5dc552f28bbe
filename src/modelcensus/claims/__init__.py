"""Claims: published statements tested over every way they can be meant."""

from modelcensus.claims.account import Account, account
from modelcensus.claims.entries import Claim, Pack
from modelcensus.claims.packs import bundled_packs, find_claim, find_packs, read_pack

__all__ = ["Account", "Claim", "Pack", "account", "bundled_packs", "find_claim", "find_packs", "read_pack"]
