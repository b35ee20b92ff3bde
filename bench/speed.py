#!/usr/bin/env python3
"""Writes docs/speed.svg: rows of the first section of docs/benchmarks.md, as bars.

  speed.py [FILE]

./dev bench --markdown writes it too. A bar is how many times as fast as the fastest peer the
library was; rows where it was slower are among them.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
ROWS = ["MLP 784-128-10, batch 64, step", "LeNet, batch 64, step", "LeNet, batch 1, step",
        "ResNet-20, batch 128, step", "LSTM 32x50x32, hidden 128, step", "ViT of 2 layers, 32x3x32x32, step",
        "VGG block, 32x3x32x32, step", "depthwise-separable net, 32x3x64x64, step", "U-Net, 4x1x64x64, step",
        "ResNet-20, batch 32, forward", "depthwise-separable net, 32x3x64x64, forward",
        "conv 3x3 64->64 at 56x56, batch 32", "conv 3x3 16->16 at 32x32, batch 128", "matmul 1024",
        "peak memory: ResNet-20, batch 128, step"]
LEFT, LINE, TOP, WIDTH, SCALE = 330, 24, 66, 960, 62  # pixels; SCALE for a ratio of 1
STYLE = """
text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1c2430; } .head { font-size: 16px; font-weight: bold; }
.note { fill: #66707d; } .back { fill: #ffffff; stroke: #dde3ea; } .fast { fill: #0b62a8; } .slow { fill: #c2571a; } .one { stroke: #1c2430; }
@media (prefers-color-scheme: dark) { text { fill: #e3e8ee; } .note { fill: #9aa6b5; } .back { fill: #12161c; stroke: #2d3643; }
.fast { fill: #4f9fe6; } .slow { fill: #e58a50; } .one { stroke: #e3e8ee; } }
"""


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rows_of(page):
    """The processor, and (row, ours, theirs, ratio, peer) of the first section's rows of one thread."""
    section = page.split("\n## ")[1]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines()]
    found = {row[0]: (row[0], *row[2:4], float(row[4]), row[7]) for row in cells
             if len(row) == 8 and row[1] == "1" and re.fullmatch(r"[\d.]+", row[4])}
    return section.splitlines()[0], [found[name] for name in ROWS if name in found]


def draw(page):
    processor, rows = rows_of(page)
    height = TOP + LINE * len(rows) + 22
    parts = ['<text x="20" y="28" class="head">Speed beside the fastest peer of PyTorch, LibTorch, JAX and onnxruntime</text>',
             f'<text x="20" y="48" class="note">{escaped(processor)}; one thread; 1 = as fast; more: docs/benchmarks.md</text>']
    for i, (name, ours, theirs, ratio, peer) in enumerate(rows):
        y = TOP + LINE * i
        width = SCALE * min(ratio, 5)
        parts += [f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escaped(name)}</text>',
                  f'<rect x="{LEFT}" y="{y + 3}" width="{width:.0f}" height="{LINE - 8}" class="{"fast" if ratio >= 1 else "slow"}"/>',
                  f'<text x="{LEFT + max(width, SCALE) + 8:.0f}" y="{y + 15}">{ratio:.2f}'
                  f'<tspan class="note" dx="8">{escaped(ours)}, {escaped(peer)} {escaped(theirs)}</tspan></text>']
    parts.append(f'<path class="one" stroke-dasharray="3 3" d="M{LEFT + SCALE} {TOP - 4}V{height - 20}"/>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">\n'
            f"<title>Speed beside the fastest peer</title>\n<style>{STYLE}</style>\n"
            f'<rect class="back" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>\n' + "\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "speed.svg")
    path.write_text(draw((ROOT / "docs" / "benchmarks.md").read_text()))
