"""Runs an exercise and compares what it prints with its file in exercises/answers.

usage: check_exercise.py SOURCE "at first"|"at last"|"after it" PROGRAM

At first, and after the mistake that the file has, it must fail with that part's hint. With its
answers it must print "at last".
"""
import difflib
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "tutorials"), str(ROOT / "exercises")]

from answers import parts_of  # noqa: E402
from check_output import fits  # noqa: E402


def fault(expected, ran, fails):
    """What is wrong with a run, or an empty text."""
    printed = [line.rstrip() for line in ran.stdout.splitlines()]
    if not fits(expected.splitlines(), printed):
        return "\n".join(difflib.unified_diff(expected.splitlines(), printed, "expected", "printed",
                                              lineterm=""))
    return "" if ran.returncode == fails else f"it ended with {ran.returncode}"


def main():
    source, when, program = sys.argv[1:]
    expected = parts_of(pathlib.Path(source))[1][when]
    ran = subprocess.run([program], stdout=subprocess.PIPE, text=True)
    page = (ROOT / "docs" / "exercises.md").read_text()
    quoted = when != "at first" or not source.endswith("02_backward_of_relu.cpp") or ran.stdout in page
    found = fault(expected, ran, when != "at last")
    found = found or ("" if quoted else f"docs/exercises.md does not quote\n{ran.stdout}")
    print(found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
