"""Checks that what docs/lecture_map.md points at is there.

usage: check_lecture_map.py MAP

Every row of its tables links to a file and quotes in its last cell, between backticks, the line that
computes the formula. The line may be broken differently in the file.
"""
import pathlib
import re
import sys


def squeezed(text):
    """The text without comment marks and white space."""
    return re.sub(r"\s+|//", "", text)


def main():
    page = pathlib.Path(sys.argv[1])
    rows = faults = 0
    for number, line in enumerate(page.read_text().splitlines(), 1):
        link = re.search(r"\]\(([^)#]+)\)", line)
        if not line.startswith("|") or not link:
            continue
        rows += 1
        target = page.parent / link[1]
        quotes = re.findall(r"`([^`]+)`", line.rstrip("| ").rsplit("|", 1)[1])
        text = squeezed(target.read_text()) if target.is_file() else ""
        missing = [f"has no `{quote}`" for quote in quotes if squeezed(quote) not in text]
        if not text:
            missing = ["is not there"]
        elif not quotes:
            missing = ["is not quoted"]
        for fault in missing:
            print(f"{page.name}:{number}: {link[1]} {fault}")
        faults += len(missing)
    print(f"{rows} rows, {faults} faults")
    return 1 if faults or rows == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
