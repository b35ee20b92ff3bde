"""Tables of compare.py, docs/benchmarks.md and docs/speed.svg."""
import datetime
import json
import os
import re
import statistics

import speed

TITLE = "# Benchmarks\n\nMade by `./dev bench`. Each section is a processor.\n"
HEADER = ["row", "threads", "retrograd", "fastest peer", "ratio", "spread", "of the machine's best",
          "peer and mode"]
# Instruction sets that kernels are chosen by, and the processor's flag for each.
SETS = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_bf16": "AVX-512 BF16", "amx_bf16": "AMX"}


def text(value, unit):
    if unit == "ms" and value >= 1000:
        value, unit = value / 1000, "s"
    return f"{value:.3g} {unit}"


def cells(one, machine):
    """The cells of a row."""
    start = [one.row, str(one.threads), text(one.ours, one.unit)]
    if not one.peers:
        return [*start, "-", "-", "-", one.share(machine), "-"]
    label, theirs = one.peers[0]
    ratios = one.ratios
    return [*start, text(theirs, one.unit), f"{statistics.median(ratios):.2f}",
            f"{ratios[0]:.2f} to {ratios[-1]:.2f}", one.share(machine), label]


def table(rows):
    widths = [max(len(row[i]) for row in [HEADER, *rows]) for i in range(len(HEADER))]
    for row in [HEADER, ["-" * width for width in widths], *rows]:
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"


def processor():
    """Its name and instruction sets."""
    name, flags = "unknown processor", []
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            name = line.split(":")[1].strip()
        elif line.startswith("flags"):
            flags = line.split(":")[1].split()
    return ", ".join([name, *(named for flag, named in SETS.items() if flag in flags)])


def about(folder, machine, measured):
    """The section's head: what ran where."""
    versions = json.loads((folder / "compile.json").read_text())["versions"]
    best = "; ".join(f"{threads} thread{'s' if threads > 1 else ''}: "
                     f"{rate['gigaflops']:.0f} GF/s multiply-add, "
                     f"{rate['copy_gigabytes']:.0f} GB/s copy" for threads, rate in machine.items())
    peers = sorted({label for one in measured for label, _ in one.peers})
    return (f"## {processor()}\n\n"
            f"{datetime.date.today()}, {os.cpu_count()} processors. retrograd "
            f"{versions['retrograd']}, {versions['compiler']}; {', '.join(peers)}. {best}.")


def merged(section, rows):
    """The head of a section and its rows, with those that were measured again in their places."""
    head, _, lines = section.partition("\n| ")
    old = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines.splitlines()[2:]]
    known = {tuple(row[:2]): row for row in old if len(row) == len(HEADER)}
    known.update({tuple(row[:2]): row for row in rows})
    names = dict.fromkeys(row[0] for row in rows)
    return (f"{head.strip()}\n\nMeasured again on {datetime.date.today()}: {'; '.join(names)}.",
            list(known.values()))


def write(page, about, rows, some):
    """Puts the section in its place on the page, or first, and draws the first one's bars. `some`:
    these rows only take the places of a section that is there."""
    old = page.read_text() if page.exists() else ""
    sections = re.findall(r"(?ms)^## .*?(?=^## |\Z)", old)
    heading = about.splitlines()[0]
    places = [i for i, section in enumerate(sections) if section.splitlines()[0] == heading]
    if places and some:
        about, rows = merged(sections[places[0]], rows)
    new = "\n".join([about, "", *table(rows), ""])
    if places:
        sections[places[0]] = new
    else:
        sections.insert(0, new)
    page.write_text("\n".join([TITLE, *(section.rstrip() + "\n" for section in sections)]))
    page.with_name("speed.svg").write_text(speed.draw(page.read_text()))
