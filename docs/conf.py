"""The documentation as a site: `make docs`. Pages are plain Markdown, read as they are in the repository too."""

from importlib.metadata import version as installed
from pathlib import Path

project = "modelcensus"
release = version = installed("modelcensus")
project_copyright = "modelcensus, Apache-2.0"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
myst_enable_extensions = ["tasklist"]
nitpicky = True

html_theme = "furo"
html_title = f"modelcensus {release}"
html_show_sphinx = False
html_copy_source = False
html_last_updated_fmt = None
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"

ROOT = Path(__file__).resolve().parents[1]
