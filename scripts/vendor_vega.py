"""Take Vega and its interpreter from their npm packages into the app's assets: `python scripts/vendor_vega.py` (needs npm).

Vega is shipped as it is published. The interpreter is published as a module alone, which a page without a build step can
only load as a script: its import and export lines are exchanged, nothing else.
"""

import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

VEGA, INTERPRETER = "6.4.0", "2.3.2"
ASSETS = Path(__file__).parents[1] / "src" / "modelcensus" / "serve" / "assets"
IMPORT = re.compile(r"^import \{ ([^}]+) \} from 'vega-util';$", re.MULTILINE)
EXPORT = re.compile(r"^export \{ (\w+) as expressionInterpreter \};$", re.MULTILINE)


def packed(package: str, version: str, path: str) -> str:
    """A file of a package of the npm registry."""
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(
            ["npm", "pack", "--silent", f"{package}@{version}"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
        with tarfile.open(Path(folder) / said.stdout.strip()) as archive:
            found = archive.extractfile(f"package/{path}")
            assert found, path
            return found.read().decode()


def as_script(module: str) -> str:
    """The interpreter's module as a script that finds what it imports in `vega`, and puts itself there."""
    body, imports = IMPORT.subn(r"const { \1 } = window.vega;", module)
    body = re.sub(r"^//# sourceMappingURL=.*\n?", "", body, flags=re.MULTILINE)  # no such file is shipped
    body, exports = EXPORT.subn(r"window.vega.expressionInterpreter = \1;", body)
    assert imports == exports == 1, "the module is written otherwise than it was"
    return f"// vega-interpreter {INTERPRETER}, BSD-3-Clause (NOTICE): a script in the place of a module, else unchanged.\n(() => {{\n{body}\n}})();\n"


if __name__ == "__main__":
    (ASSETS / "vega.min.js").write_text(packed("vega", VEGA, "build/vega.min.js"))
    (ASSETS / "vega-interpreter.js").write_text(
        as_script(packed("vega-interpreter", INTERPRETER, "build/vega-interpreter.js"))
    )
