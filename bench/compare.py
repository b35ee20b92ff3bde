#!/usr/bin/env python3
"""Runs the rows in retrograd and in other libraries, in turn, and prints one table.

  compare.py FOLDER [--peers libtorch,pytorch,jax,onnxruntime] [--python PYTHON] [--threads 1 2]
             [--repeats 5] [--rows REGEX] [--under COMMAND] [--json FILE] [--markdown FILE]

FOLDER is the build folder with bench_retrograd, bench_libtorch, machine and compile.json. Each
repeat runs a row in every library and mode, one process after the other; a mode that takes 1.5
times as long as the fastest one is run once. The table has medians,
beside the fastest peer's, which it names, and how far the ratios of the repeats lie apart. A ratio
above 1 says that retrograd is faster, or needs less. Peers in Python are those of PYTHON. --under
runs each timed process by COMMAND, such as "taskset -c 1". --markdown docs/benchmarks.md writes the
section of this processor on that page, or with --rows those rows of it, and docs/speed.svg, the
bars of the README.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import libraries
import page

FAR = 1.5  # times as slow as the fastest peer
ONCE = "slide regression step"
COMPILE = "compile time of the smallest program"
SIZE = "size of the stripped library"


class Measured:
    """Interleaved repeats of one thing in each library: {label: values}."""

    def __init__(self, row, threads, unit, entry=None):
        self.row, self.threads, self.unit = row, threads, unit
        self.values = {libraries.OURS: []}
        self.entry = entry or {"flops": 0, "bytes": 0}  # Google Benchmark's, of ours

    def add(self, label, value):
        self.values.setdefault(label, []).append(value)

    @property
    def ours(self):
        return statistics.median(self.values[libraries.OURS])

    @property
    def peers(self):
        """Labels and medians, the fastest first."""
        return sorted(((label, statistics.median(values)) for label, values in self.values.items()
                       if label != libraries.OURS), key=lambda each: each[1])

    @property
    def ratios(self):
        """To the fastest peer, repeat by repeat."""
        ours, theirs = self.values[libraries.OURS], self.values[self.peers[0][0]]
        return sorted(b / a for a, b in zip(ours, theirs))

    def share(self, machine):
        """The fraction of what the machine can do at best, as text."""
        seconds = self.ours / 1e3
        if self.entry["flops"] and not self.row.endswith(libraries.LOW):
            rate = self.entry["flops"] / 1e9 / seconds / machine[self.threads]["gigaflops"]
            return f"{rate:.0%} FMA"
        if self.entry["bytes"]:
            rate = self.entry["bytes"] / 1e9 / seconds / machine[self.threads]["copy_gigabytes"]
            return f"{rate:.0%} copy"
        return ""


def run(library, row, threads, one, under):
    """Adds a repeat of a row; false where the library is to be left out, and says why."""
    try:
        entry = library.timed(row, threads, under)
    except libraries.Inapplicable:
        return False
    except libraries.Failed as error:
        print(f"{row}: {library.label} is left out: {error}", file=sys.stderr, flush=True)
        return False
    if one.entry["parameters"] and entry["parameters"] != one.entry["parameters"]:
        sys.exit(f"{row}: {library.label} has {entry['parameters']:.0f} parameters, "
                 f"and retrograd {one.entry['parameters']:.0f}")
    one.add(library.label, entry["real_time"])
    return True


def timed(row, threads, ours, peers, options):
    """A row in all libraries that have it."""
    entry = ours.timed(row, threads)  # the counts; and it fills the caches
    one = Measured(row, threads, "ms", entry)
    left = []
    for library in peers:
        trial = Measured(row, threads, "ms", entry)
        # A mode that compiles does so once, and keeps the result.
        if not library.compiles or run(library, row, threads, trial, ()):
            left.append(library)
    for _ in range(options.repeats):
        one.add(ours.label, ours.timed(row, threads, options.under)["real_time"])
        left = [library for library in left if run(library, row, threads, one, options.under)]
        # A mode that is far slower is measured once.
        least = min((one.values[library.label][0] for library in left), default=0)
        left = [library for library in left if one.values[library.label][0] < FAR * least]
    return one


def whole_process(command, threads):
    """Wall time in milliseconds and peak memory in MiB of a process."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env=libraries.environment(threads),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise libraries.Inapplicable
    return 1e3 * (time.perf_counter() - start), usage.ru_maxrss / 1024


def processes(row, label, ours, peers, repeats):
    """Wall time and peak memory of processes that run a row once."""
    wall, memory = Measured(label, 1, "ms"), Measured(f"peak memory: {label}", 1, "MiB")
    for _ in range(repeats):
        for library in (ours, *peers):
            try:
                elapsed, peak = whole_process(library.once(row, 1), 1)
            except libraries.Inapplicable:
                continue
            wall.add(library.label, elapsed)
            memory.add(library.label, peak)
    return wall, memory


def compile_times(folder, peer, repeats):
    commands = json.loads((folder / "compile.json").read_text())
    one = Measured(COMPILE, 1, "ms")
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(min(repeats, 3)):
            for key, label in ((libraries.OURS, libraries.OURS), ("libtorch", peer.label)):
                start = time.perf_counter()
                subprocess.run([*commands[key], "-o", f"{scratch}/{key}.o"], check=True)
                one.add(label, 1e3 * (time.perf_counter() - start))
    return one


def sizes(folder, peer):
    """Of the stripped libraries that hold the operators."""
    one = Measured(SIZE, 1, "MB")
    theirs = re.search(r"libtorch_cpu\S* => (\S+)", libraries.output(["ldd", peer.path], 1))[1]
    one.add(libraries.OURS, os.stat(folder / "stripped.so").st_size / 1e6)
    one.add(peer.label, os.stat(theirs).st_size / 1e6)
    return one


def measure(folder, options):
    ours, *peers = libraries.found(folder, options.peers, options.python)
    wanted = re.compile(options.rows)
    heavy = []
    for threads in options.threads:
        for row in filter(wanted.search, ours.rows):
            one = timed(row, threads, ours, peers, options)
            yield one
            if one.entry["memory"] and row not in heavy:
                heavy.append(row)
    if wanted.search(ONCE):
        yield from processes(ONCE, "whole process: start, slide step, exit", ours, peers,
                             options.repeats)
    for row in heavy:
        yield processes(row, row, ours, peers, options.repeats)[1]
    debian = [peer for peer in peers if isinstance(peer, libraries.Program)][:1]
    if wanted.search(COMPILE) and debian:
        yield compile_times(folder, debian[0], options.repeats)
    if wanted.search(SIZE) and debian and (folder / "stripped.so").exists():
        yield sizes(folder, debian[0])


def peers(text):
    """The names in a list with commas."""
    names = text.split(",")
    for name in names:
        if name not in libraries.NAMES:
            raise argparse.ArgumentTypeError(f"no peer is called '{name}': {libraries.NAMES}")
    return names


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--peers", type=peers, default=["libtorch"])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rows", default="")
    parser.add_argument("--under", type=shlex.split, default=[])
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--markdown", type=pathlib.Path)
    options = parser.parse_args()
    machine = {threads: json.loads(libraries.output([options.folder / "machine", str(threads)],
                                                    threads, options.under))
               for threads in options.threads}
    measured = []
    for one in measure(options.folder, options):
        measured.append(one)
        print(" | ".join(page.cells(one, machine)), file=sys.stderr, flush=True)
        if options.json:
            options.json.write_text(json.dumps(
                {"machine": machine,
                 "rows": [{"row": each.row, "threads": each.threads, "unit": each.unit,
                           **each.values} for each in measured]}, indent=1))
    about = page.about(options.folder, machine, measured)
    rows = [page.cells(one, machine) for one in measured]
    print("\n".join([about, "", *page.table(rows)]))
    if options.markdown:
        page.write(options.markdown, about, rows, some=bool(options.rows))


if __name__ == "__main__":
    main()
