"""Claims: published statements tested over every way they can be meant."""

from modelcensus.claims.account import Account, account
from modelcensus.claims.entries import Claim, Pack
from modelcensus.claims.packs import bundled_packs, find_claim, find_packs, read_pack
from modelcensus.claims.told_verdicts import Compared, ToldEdition, ToldVerdict, ToldVerdicts

__all__ = [
    "Account",
    "Claim",
    "Compared",
    "Pack",
    "ToldEdition",
    "ToldVerdict",
    "ToldVerdicts",
    "account",
    "bundled_packs",
    "find_claim",
    "find_packs",
    "read_pack",
]
