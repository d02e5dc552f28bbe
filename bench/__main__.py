"""`make bench`: everything, or what is named: `python -m bench catalog --repositories 3000000`."""

import sys

from bench import catalog, claims, collecting, flows, logs, measures, serving

BENCHES = {
    "flows": flows.main,
    "measures": measures.main,
    "catalog": catalog.main,
    "claims": claims.main,
    "collecting": collecting.main,
    "logs": logs.main,
    "serving": serving.main,
}


def main() -> None:
    name, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    if name and name not in BENCHES:
        raise SystemExit(f"no benchmark {name!r}; there are {', '.join(BENCHES)}")
    for bench in [BENCHES[name]] if name else BENCHES.values():
        bench(arguments)


if __name__ == "__main__":
    main()
