"""The article in plain language: made of sentences whose numbers are links, from what the edition found."""

from modelcensus.publish.article.model import Article, write_article

__all__ = ["Article", "write_article"]
