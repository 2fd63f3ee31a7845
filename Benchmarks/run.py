"""Runs the benchmarks and writes the page: what `make bench` calls.

    run.py --lacuna FILE --bench FILE --python FILE [--quick] [--works 'W1 W4'] [--work FOLDER] [--out FILE]

Ends with 1 where programs disagree about the problem or one fails; never because of a time."""
import argparse
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import machine  # noqa: E402
from harness.page import page  # noqa: E402
from harness.programs import Failure, Programs, progress  # noqa: E402
from harness.works import SLOW, WORKS, Scale  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lacuna", required=True)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--python", required=True, help="of the peers' environment")
    parser.add_argument("--work", required=True, help="a folder for data and caches")
    parser.add_argument("--out", default=os.path.join(HERE, "RESULTS.md"))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--works", default="", help="names, with spaces between; the page keeps what it had of all others")
    parser.add_argument("--repeats", type=int)
    parser.add_argument("--threads", type=int, default=2)
    a = parser.parse_args()
    names = a.works.split() or [name for name in WORKS if not (a.quick and name in SLOW)]
    if unknown := [name for name in names if name not in WORKS]:
        parser.error(f"there is no work {', '.join(unknown)}; there are {', '.join(WORKS)}")
    path = os.path.abspath
    programs = Programs(lacuna=path(a.lacuna), bench=path(a.bench), python=path(a.python), work=path(a.work), threads=a.threads)
    scale = Scale(a.quick, a.repeats or (2 if a.quick else 5), 0.4 if a.quick else 1.0)
    facts = machine.facts(programs.python, os.path.dirname(HERE))
    kept = os.path.join(a.work, "results.json")
    results = read(kept) if a.works else {}
    for name in names:
        start = time.monotonic()
        progress(f"{name} begins")
        try:
            results[name] = WORKS[name](programs, scale).as_json()
        except Failure as failure:
            text = " ".join(str(failure).replace(programs.work, "DATA").replace(os.path.dirname(HERE), ".").split())
            results[name] = {"rows": [], "notes": [], "agreements": [], "failures": [f"{name}: {text}"], "error": text}
        progress(f"{name} took {time.monotonic() - start:.0f} s")
        for failure in results[name]["failures"]:
            progress(f"FAILED: {failure}")
        write(kept, json.dumps(results))
        write(a.out, page(WORKS, results, facts, quick=a.quick, repeats=scale.repeats, threads=a.threads))
    progress(f"wrote {os.path.relpath(a.out)}")
    sys.exit(any(results[name]["failures"] for name in names))


def read(path):
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def write(path, text):
    """A page is whole or not there."""
    with open(path + ".partial", "w") as file:
        file.write(text)
    os.replace(path + ".partial", path)


if __name__ == "__main__":
    main()
