"""What a reader came for, one file per question; a question that the ledger cannot answer is left out."""

from modelcensus.publish.questions.changes import changes
from modelcensus.publish.questions.counters import counters, families, new_downloads, sizes
from modelcensus.publish.questions.crossovers import passing, regions
from modelcensus.publish.questions.cumulative import cumulative
from modelcensus.publish.questions.logged import logged
from modelcensus.publish.questions.next_ones import next_ones
from modelcensus.publish.questions.revisions import headline, revisions
from modelcensus.publish.questions.who_leads import who_leads

QUESTIONS = (
    *(who_leads, next_ones, cumulative, passing, regions),
    *(new_downloads, counters, families, sizes, logged, changes, revisions),
)

__all__ = ["QUESTIONS", "headline"]
