"""The pages of the app and of the site, one file per kind; each registers its address."""

from modelcensus.publish.views import (
    compare,
    data_health,
    definitions,
    explore,
    launch,
    leaderboards,
    model,
    overview,
    search,
    subject,
)
from modelcensus.publish.views.view import Control, Page, View, Way, pages

__all__ = [
    "Control",
    "Page",
    "View",
    "Way",
    "compare",
    "data_health",
    "definitions",
    "explore",
    "launch",
    "leaderboards",
    "model",
    "overview",
    "pages",
    "search",
    "subject",
]
