"""Compares the numbers of the slides with what the tutorials print, and with the lecture map.

usage: check_slides.py SLIDES MAP

SLIDES is tutorials/slides.txt, whose first lines explain its form. Its rows must be all that a tutorial
prints under the heading: beside it, or in the indented lines below it. The output is read from the comment
at the end of the tutorial, which check_output.py compares with a run of the program.

In MAP, a row of the tables of the lectures must show the numbers of its slide, matrices with "/" between
their rows, and no others. Formulas between dollar signs may have digits, but not side by side.
"""
import itertools
import pathlib
import re
import sys
from dataclasses import dataclass

from check_output import COMMENT

FORMULA = re.compile(r"\$[^$]*\$")
NUMBERS = re.compile(r"\d *[x/]? *-?\d")  # side by side, or of two digits
LECTURE = re.compile(r"^## The \w+ lecture\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
MAP_ROW = re.compile(r"^\| *(.*?) *\| *(.*?) *\| *\[(\d+)\]\((.*?)\)", re.MULTILINE)


@dataclass
class Block:
    slide: str
    headings: str
    on_slide: list
    printed: list


def read_blocks(text):
    blocks = []
    for line in text.splitlines():
        if line.startswith("    "):
            on_slide, _, printed = line.strip().partition(" -> ")
            blocks[-1].on_slide.append(on_slide)
            blocks[-1].printed.append(printed or on_slide)
        elif line.startswith("  "):
            blocks.append(Block(slide, line.strip(), [], []))
        elif line and not line.startswith("#"):
            slide = line
    return blocks


def rows_under(headings, output):
    """The rows that the output has under the last of the headings, or None without the headings."""
    lines = iter(output.splitlines())
    for heading in headings.split(" | "):
        words = heading.split()
        beside = next((line.split()[len(words):] for line in lines
                       if line[:1] != " " and line.split()[:len(words)] == words), None)
        if beside is None:
            return None
    below = itertools.takewhile(lambda line: line.startswith(" "), lines)
    return [" ".join(line.split()) for line in below] or [" ".join(beside)]


def faults_of_row(blocks, formula, source):
    """What is wrong with the blocks of a slide, given its row of the map."""
    found = COMMENT.search(source.read_text())
    for block in blocks:
        printed = rows_under(block.headings, found[2] if found else "")
        if printed != block.printed:
            yield f"{source.name} prints {printed} under {block.headings}, not {block.printed}"
        numbers = " / ".join(block.on_slide)
        formula, shown = re.subn(rf"(?<!\S){re.escape(numbers)}(?![^\s,;])", "", formula, count=1)
        if not shown:
            yield f"the map does not show {numbers}"
    if re.search(r"\d", FORMULA.sub("", formula)) or any(map(NUMBERS.search, FORMULA.findall(formula))):
        yield f"the map shows more numbers than the slide: {formula}"


def all_faults(slides, page):
    blocks = read_blocks(slides.read_text())
    if not blocks:
        yield f"{slides.name} has no numbers"
    left = {block.slide for block in blocks}
    for lecture in LECTURE.findall(page.read_text()):
        for title, formula, tutorial, link in MAP_ROW.findall(lecture):
            slide = f"{tutorial} {title}"
            left.discard(slide)
            own = [block for block in blocks if block.slide == slide]
            for fault in faults_of_row(own, formula, page.parent / link):
                yield f"{slide}: {fault}"
    for slide in sorted(left):
        yield f"{slide}: the map has no such row"


def main():
    found = list(all_faults(*map(pathlib.Path, sys.argv[1:])))
    print("".join(fault + "\n" for fault in found) + f"{len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
