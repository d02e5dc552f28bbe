"""A Hub for tests: a server that speaks the recorded protocol over real or generated rows, and does what it is told
to do wrong."""

from hub.faults import Cut, Drip, Drop, Fault, Garbage, Random, Slow, Status
from hub.rows import Repository, World, generated, real, scaled
from hub.server import Hub, Limits, Seen

__all__ = [
    "Cut",
    "Drip",
    "Drop",
    "Fault",
    "Garbage",
    "Hub",
    "Limits",
    "Random",
    "Repository",
    "Seen",
    "Slow",
    "Status",
    "World",
    "generated",
    "real",
    "scaled",
]
