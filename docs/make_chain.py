#!/usr/bin/env python3
"""Writes docs/chain.svg: the chain rule of docs/explain.md, matrix by matrix, as a moving picture.

  make_chain.py [FILE]

The matrices and the product are those that the page's program prints, which a test compares with a
run. The picture moves by CSS alone, so it plays wherever an image is shown. It begins whole, as
previews show the first moment. It is still where motion is not wanted. Where it is shown narrow, as
on a telephone, it has one matrix in larger letters.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
CELL, LINE, TOP, CYCLE, WHOLE = 8.4, 21, 150, 14, 9  # pixels and seconds
KEY, LARGER = "dZ1/dW1", 1.7  # what the narrow picture shows, and how much larger
STYLE = """
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1c2430; }
.name { font-weight: bold; } .note { fill: #66707d; font-size: 12px; } .x { fill: #0b57a4; } .one { fill: #b3261e; } .w { fill: #1f6f3c; }
.zero { fill: #b6bec8; } .bracket { fill: none; stroke: #1c2430; } .back { fill: #ffffff; stroke: #dde3ea; } .head { font-size: 15px; }
@media (prefers-color-scheme: dark) { text { fill: #e3e8ee; } .note { fill: #9aa6b5; } .x { fill: #82b8f5; } .one { fill: #ff8a80; }
.w { fill: #93d7a7; } .zero { fill: #4a5563; } .bracket { stroke: #e3e8ee; } .back { fill: #12161c; stroke: #2d3643; } }
.narrow { display: none; } @media (max-width: 520px) { .wide { display: none; } .narrow { display: inline; } }
@media (prefers-reduced-motion: no-preference) { .part { animation: %ds linear -%ds infinite both; } }
"""


def chain(text):
    """(name, note, rows) of each matrix on the page, and the product."""
    block = re.search(r"^```\n(dloss/dW1 = .*?)^```$", text, re.S | re.M)[1]
    found = re.findall(r"^(d\w+/d\w+)  \d+x\d+  (.*?)  \((.*)\)\n((?: +\S.*\n)+)", block, re.M)
    matrices = [(name, note.split(" (")[0], where, [line.split() for line in rows.splitlines()])
                for name, note, where, rows in found]
    product = re.search(r"^multiplied out +\[(.*)\]$", block, re.M)[1].split(", ")
    assert len(matrices) == 4 and re.search(rf"^backward\(\) +\[{re.escape(', '.join(product))}\]$", block, re.M)
    return matrices, product


class Picture:
    def __init__(self):
        self.parts, self.rules = [], []

    def add(self, begins, body, shift=0):
        """A part that appears `begins` seconds after the start, and moves in from the left."""
        number = len(self.rules)
        first, last = (round(100 * at / CYCLE, 1) for at in (begins, begins + 0.7))
        hidden = f"opacity: 0; transform: translateX({-shift}px);"
        self.rules.append(f"@keyframes p{number} {{ 0%, {first}% {{ {hidden} }} {last}%, 97% {{ opacity: 1; transform: none; }}"
                          f" 100% {{ opacity: 0; }} }} .p{number} {{ animation-name: p{number}; }}")
        self.parts.append(f'<g class="part p{number}">{body}</g>')


def style_of(cell):
    return {"0": "zero", "1": "one"}.get(cell, "x" if cell.startswith("x") else "w" if cell.startswith("W") else "")


def words(x, y, text, kind="", anchor="middle"):
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{text}</text>'


def bracket(x, width, rows, top=TOP):
    top, bottom = top - 16, top - 16 + rows * LINE
    return (f'<path class="bracket" d="M{x + 5:.0f} {top}H{x:.0f}V{bottom}H{x + 5:.0f}'
            f'M{x + width - 5:.0f} {top}H{x + width:.0f}V{bottom}H{x + width - 5:.0f}"/>')


def narrow(picture, rows, note, others, product, size):
    """One matrix, the names of those that it is multiplied by, and the product, in large letters."""
    top, step, last = 78, CELL * (size + 1.4), CELL * 11
    width = step * len(rows[0]) + 10
    after = 14 + width + 20 + CELL * 12  # begin of the product
    picture.parts += [f'<g class="narrow" transform="scale({LARGER})">', words(14, 26, "rg::explain(loss, W1)", "head name", "start"),
                      words(14 + width / 2, top - 26, KEY, "name"), bracket(14, width, len(rows), top)]
    for i, row in enumerate(rows):
        cells = "".join(words(14 + width / 2 + step * (j + 0.5 - len(row) / 2), top + LINE * i, cell, style_of(cell))
                        for j, cell in enumerate(row))
        picture.add(0.6 + i * 0.7, cells, step)
    picture.add(0.4, words(14 + width / 2, top + LINE * len(rows) + 6, note, "note"))
    for i, name in enumerate(others):
        picture.add(4.2 + i * 0.5, words(14 + width + 10, top + LINE * (i + 0.5), f". {name}", "", "start"))
    picture.parts += [words(after - 8, top + LINE * 1.5, "="), words(after + last / 2, top - 26, "dloss/dW1", "name"),
                      bracket(after + 4, last, len(product), top)]
    picture.add(6.0, "".join(words(after + 4 + last / 2, top + LINE * i, value, "name") for i, value in enumerate(product)) +
                words(after + last, top + LINE * len(product) + 6, "= W1.grad()", "note", "end"))
    picture.parts.append("</g>")


def draw(text):
    matrices, product = chain(text)
    picture = Picture()
    columns = [max(len(cell) for row in rows for cell in row) for *_, rows in matrices]
    widths = [max(CELL * (size + 1.4) * len(rows[0]) + 10, CELL * 11) for size, (*_, rows) in zip(columns, matrices)]
    last = CELL * 11
    gap = 30
    total = int(sum(widths) + last + gap * 4 + 48)
    formula = "dloss/dW1 = " + " . ".join(name for name, *_ in matrices)
    picture.parts += ['<g class="wide">', words(24, 36, "rg::explain(loss, W1)", "head name", "start"),
                      words(24, 64, formula, "head", "start")]
    x, at = 24, 0.4
    for (name, note, where, rows), width, size in zip(matrices, widths, columns):
        middle = x + width / 2
        picture.parts += [words(middle, TOP - 34, name, "name"), bracket(x, width, len(rows))]
        picture.add(at + 0.2, words(middle, TOP + LINE * 5 + 14, note, "note"))
        step = CELL * (size + 1.4)
        shifted = name == KEY
        for i, row in enumerate(rows):
            cells = "".join(words(middle + step * (j + 0.5 - len(row) / 2), TOP + LINE * i, cell, style_of(cell))
                            for j, cell in enumerate(row))
            picture.add(at + 0.4 + i * (0.7 if shifted else 0.12), cells, step * (1 if shifted else 0))
        at += 3.0 if shifted else 1.6
        x += width
        sign = "=" if name == matrices[-1][0] else "."
        picture.parts.append(words(x + gap / 2, TOP + LINE * 2, sign))
        x += gap
    picture.parts += [words(x + last / 2, TOP - 34, "dloss/dW1", "name"), bracket(x, last, 3)]
    picture.add(at, "".join(
        words(x + last / 2, TOP + LINE * i, value, "name") for i, value in enumerate(product)) +
        words(x + last, TOP + LINE * 5 + 14, "= W1.grad()", "note", "end"))
    picture.parts.append("</g>")
    names = [name for name, *_ in matrices]
    key = names.index(KEY)
    narrow(picture, matrices[key][3], matrices[key][1], names[:key] + names[key + 1:], product, columns[key])
    height = TOP + LINE * 5 + 38
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" width="{total}" height="{height}">\n'
            f"<title>{formula}: each matrix, their product, and the gradient of backward()</title>\n"
            f"<style>{STYLE % (CYCLE, WHOLE)}{chr(10).join(picture.rules)}</style>\n"
            f'<rect class="back" x=".5" y=".5" width="{total - 1}" height="{height - 1}" rx="6"/>\n' +
            "\n".join(picture.parts) + "\n</svg>\n")


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "chain.svg")
    path.write_text(draw((ROOT / "docs" / "explain.md").read_text()))
