"""The app's pages as a folder of files that needs no server."""

from modelcensus.site.plan import Bounds
from modelcensus.site.written import Written, write_site

__all__ = ["Bounds", "Written", "write_site"]
