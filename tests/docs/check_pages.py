#!/usr/bin/env python3
"""Checks that what README.md and docs/ name is there: files and headings behind links, commands, operators.

  check_pages.py ROOT FILE.md...
"""
import pathlib
import re
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[2] / folder) for folder in ("bench", "docs")]
import make_chain  # noqa: E402
import speed  # noqa: E402

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


def wrong_pictures(root):
    """Pictures of the README that are not what their scripts draw of today's pages."""
    drawn = {"speed": speed.draw((root / "docs" / "benchmarks.md").read_text()),
             "chain": make_chain.draw((root / "docs" / "explain.md").read_text())}
    readme = (root / "README.md").read_text()
    for name, picture in drawn.items():
        if (root / "docs" / f"{name}.svg").read_text() != picture:
            yield f"docs/{name}.svg is not what its script draws: run it again"
        if f"](docs/{name}.svg)" not in readme:
            yield f"README.md: does not show docs/{name}.svg"


def main():
    found = [fault for page in sys.argv[2:]
             for fault in faults(pathlib.Path(sys.argv[1]), pathlib.Path(page))]
    found += wrong_pictures(pathlib.Path(sys.argv[1]))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
