"""The app as people run it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = shutil.which("modelcensus", path=str(Path(sys.executable).parent)) or "modelcensus"


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """The address of the app as people run it, which Ctrl-C ends cleanly."""
    environment = {**os.environ, "MODELCENSUS_LEDGER": ""}
    served = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--no-prepare", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert served.stderr
        found = next((m for line in served.stderr if (m := re.search(r"http://127\.0\.0\.1:\d+/", line))), None)
        assert found, served.wait(10)
        yield found[0]
        served.send_signal(signal.SIGINT)
        _, said = served.communicate(timeout=20)
        assert (served.returncode, said) == (0, "ended\n")
    finally:
        served.kill()
