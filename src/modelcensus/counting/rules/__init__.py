"""Which files of a repository count as a download: the Hub's published rules, by date."""

from modelcensus.counting.rules.conditions import alternatives, words
from modelcensus.counting.rules.history import PublishedRules, rule_dates, rule_set
from modelcensus.counting.rules.published import parse_rule
from modelcensus.counting.rules.rule_set import RuleSet

__all__ = ["PublishedRules", "RuleSet", "alternatives", "parse_rule", "rule_dates", "rule_set", "words"]
