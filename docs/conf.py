"""The documentation as a site: `make docs`. Its pages are plain Markdown that reads the same in the repository."""

from importlib.metadata import version as installed

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "modelcensus"
release = version = installed("modelcensus")
project_copyright = "the modelcensus authors, Apache-2.0"

extensions = ["myst_parser"]
myst_heading_anchors = 4
nitpicky = True
suppress_warnings = [
    "myst.header",  # pages of tables begin at the third level
]

html_theme = "furo"
html_title = f"modelcensus {release}"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}


def setup(app: Sphinx) -> None:
    """Blocks of CSV are shown as they are."""
    app.add_lexer("csv", TextLexer)
