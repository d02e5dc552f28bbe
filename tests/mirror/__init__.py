"""A real mirror: olah over plain git repositories behind nginx, and the real clients that are told what to fetch from it."""
