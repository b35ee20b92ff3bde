"""Tables of compare.py, docs/benchmarks.md and the README's rows."""
import datetime
import json
import os
import re
import statistics

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


def write(page, about, table):
    """Puts the section in its place on the page, or first; and the first one into the README."""
    old = page.read_text() if page.exists() else ""
    sections = re.findall(r"(?ms)^## .*?(?=^## |\Z)", old)
    heading = about.splitlines()[0]
    new = "\n".join([about, "", *table, ""])
    places = [i for i, section in enumerate(sections) if section.splitlines()[0] == heading]
    if places:
        sections[places[0]] = new
    else:
        sections.insert(0, new)
    page.write_text("\n".join([TITLE, *(section.rstrip() + "\n" for section in sections)]))
    write_readme(page.parent.parent / "README.md", sections[0])


def write_readme(page, section):
    """Puts the cells of one thread into the rows of the README's table of the same names."""
    content = page.read_text()
    for line in section.splitlines():
        row = [cell.strip() for cell in line.strip("|").split("|")]
        if len(row) == len(HEADER) and row[1] == "1":
            shown = "| " + " | ".join([row[0], *row[2:5], row[7]]) + " |"
            content = re.sub(rf"(?m)^\| {re.escape(row[0])} \|.*$", lambda _: shown, content)
    page.write_text(content)
