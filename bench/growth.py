#!/usr/bin/env python3
"""Measures how cost grows, and draws it.

  growth.py PROGRAM FOLDER [--threads N] [--axis AXIS]

PROGRAM is bench/growth as it was built; FOLDER gets growth_AXIS.svg for each axis that it prints:
milliseconds of a training step, both axes logarithmic. Prints the exponent of each line's last two
doublings: 1 is linear.
"""
import argparse
import collections
import math
import pathlib
import subprocess

WIDTH, HEIGHT = 560, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 96, 40, 48
COLOURS = {"retrograd": "#0b62a8", "LibTorch": "#b3541e"}


def scale(values, low, high):
    """A function from values to places, equal factors apart by equal distances."""
    first, last = math.log(min(values)), math.log(max(values))
    return lambda value: low + (high - low) * (math.log(value) - first) / (last - first)


def plot(axis, lines):
    """The text of an SVG; lines: {library: [(value, milliseconds)]}."""
    places = sorted({value for line in lines.values() for value, _ in line})
    times = [time for line in lines.values() for _, time in line]
    decades = [10.0 ** e for e in range(math.floor(math.log10(min(times))),
                                        math.ceil(math.log10(max(times))) + 1)]
    x = scale(places, LEFT, WIDTH - RIGHT)
    y = scale(decades, HEIGHT - BOTTOM, TOP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{LEFT}" y="20" font-size="14">One training step by {axis}: '
             'milliseconds</text>']
    for time in decades:
        parts.append(f'<path d="M{LEFT} {y(time):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 8}" y="{y(time) + 4:.1f}" text-anchor="end">{time:g}</text>')
    for value in places:
        parts.append(f'<text x="{x(value):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
                     f'{value}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">'
                 f'{axis}</text>')
    for library, line in lines.items():
        points = [(x(value), y(time)) for value, time in line]
        path = "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
        colour = COLOURS[library]
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"/>'
                  for px, py in points]
    # Names at the lines' ends, a line of text apart at least.
    ends = sorted((y(line[-1][1]), library) for library, line in lines.items())
    below = -math.inf
    for place, library in ends:
        below = max(place, below + 14)
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{below + 4:.1f}" '
                     f'fill="{COLOURS[library]}">{library}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--axis", default="")
    options = parser.parse_args()
    out = subprocess.run([options.program.resolve(), str(options.threads), options.axis],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    plots = collections.defaultdict(lambda: collections.defaultdict(list))
    for text in out.splitlines():
        axis, value, library, time = text.split()
        plots[axis][library].append((int(value), float(time)))
    for axis, lines in plots.items():
        (options.folder / f"growth_{axis}.svg").write_text(plot(axis, lines))
        for library, line in lines.items():
            (first, before), (last, after) = line[-3], line[-1]
            exponent = math.log(after / before) / math.log(last / first)
            print(f"{axis}, {library}: {exponent:.2f}")


if __name__ == "__main__":
    main()
