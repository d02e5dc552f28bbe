"""`python -m hub ROWS [PAGE]`, from the folder of the tests: serve a Hub of so many repositories until standard input ends.

The address is the first line of standard output.
"""

import sys
import threading

from hub.rows import scaled
from hub.server import Hub


def main() -> None:
    rows, page = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with Hub(scaled(rows), page=page) as hub:
        print(hub.url, flush=True)
        ended = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
        ended.wait()


if __name__ == "__main__":
    main()
