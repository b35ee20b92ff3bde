"""Lists the tests that CTest skipped, by kind, with counts.

usage: list_skips.py BUILD_FOLDER

Ends with 1 where a test was skipped without a kind.
"""
import collections
import pathlib
import re
import sys

KINDS = ("package", "hardware", "data", "option")


def skips(log):
    """(name, kind, reason) of each test in CTest's log that was skipped; kind "" where none is given."""
    for test in re.split(r"(?m)^\d+/\d+ Testing: ", log)[1:]:
        if not re.search(r"(?m)^Test (Skipped|Not Run)", test):
            continue
        name = test.split("\n", 1)[0]
        said = re.search(r"skipped \((\w+)\): (.*)", test)
        yield (name, said[1], said[2]) if said and said[1] in KINDS else (name, "", "no kind is given")


def main():
    log = pathlib.Path(sys.argv[1], "Testing/Temporary/LastTest.log").read_text(errors="replace")
    by_kind = collections.defaultdict(list)
    for name, kind, reason in skips(log):
        by_kind[kind].append(f"{name}: {reason}")
    total = sum(map(len, by_kind.values()))
    print(f"Skipped tests: {total}")
    for kind in sorted(by_kind):
        print(f"  {kind or 'WITHOUT A KIND'}: {len(by_kind[kind])}")
        for line in sorted(by_kind[kind]):
            print(f"    {line}")
    return 1 if by_kind[""] else 0


if __name__ == "__main__":
    sys.exit(main())
