#!/usr/bin/env python3
"""Checks that what README.md and docs/ name is there: files and headings behind links, commands, operators.

  check_pages.py ROOT FILE.md...
"""
import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.S | re.M)


def anchors(path):
    """A page's headings as GitHub names them, and its named positions."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.S | re.M)
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings} | set(
        re.findall(r'<a id="([\w-]+)"></a>', text))


def operator_count(root):
    text = (root / "docs" / "operators.md").read_text()
    return int(re.search(r"^(\d+) operators are in the table", text, re.M)[1])


def faults(root, page):
    text = page.read_text()
    for link in LINK.findall(CODE.sub("", text)):
        file, _, anchor = link.partition("#")
        if "://" in file:
            continue
        target = (page.parent / file).resolve() if file else page
        if not target.exists():
            yield f"{page.name}: {file} is not there"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{page.name}: {file} has no heading {anchor}"
    commands = re.findall(r"^  ([a-z| -]+)\)$", (root / "dev").read_text(), re.M)
    known = {word for line in commands for word in line.replace("|", " ").split()}
    for command in re.findall(r"\./dev ([a-z]+)", text):
        if command not in known:
            yield f"{page.name}: ./dev knows no {command}"
    for row, sentence in re.findall(r"operators \| more than (\d+)|[Mm]ore than (\d+) operators", text):
        number = int(row or sentence)
        if operator_count(root) <= number:
            yield f"{page.name}: there are not more than {number} operators"


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def wrong_figures(root):
    """Rows of the README's table that bench/compare.py writes, and that the first section of
    docs/benchmarks.md has otherwise."""
    sections = (root / "docs" / "benchmarks.md").read_text().split("\n## ")
    made = {row[0]: [*row[2:5], row[7]] for row in map(cells, sections[min(1, len(sections) - 1)].splitlines())
            if len(row) > 7 and row[1] == "1"}
    shown = [row for row in map(cells, (root / "README.md").open()) if row[0] in made]
    if len(shown) < 10:
        yield f"README.md: shows {len(shown)} rows of docs/benchmarks.md"
    for row in shown:
        if row[1:] != made[row[0]]:
            yield f"README.md: {row[0]} is {row[1:]}, and {made[row[0]]} in docs/benchmarks.md"


def main():
    found = [fault for page in sys.argv[2:]
             for fault in faults(pathlib.Path(sys.argv[1]), pathlib.Path(page))]
    found += wrong_figures(pathlib.Path(sys.argv[1]))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
