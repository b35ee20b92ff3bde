#!/usr/bin/env python3
"""Runs the rows in retrograd and in LibTorch, in turn, and prints one table.

  compare.py FOLDER [--threads 1 2] [--repeats 5] [--rows REGEX] [--json FILE] [--markdown FILE]

FOLDER is the build folder with bench_retrograd, bench_libtorch, machine and compile.json. Each
repeat runs a row in one library and then in the other; the table has medians, and how far the
ratios of the repeats lie apart. A ratio above 1 says that retrograd is faster, or needs less. Where
Python has PyTorch, its bfloat16 autocast is measured too. --markdown docs/benchmarks.md writes that
page, and the README's rows of the same names.
"""
import argparse
import datetime
import importlib.util
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = ("retrograd", "libtorch")
ONCE = "slide regression step"
MEMORY = "ResNet-20, batch 128, step"
COMPILE = "compile time of the smallest program"
SIZE = "size of the stripped library"
LOW = "ResNet-20, batch 128, step: bfloat16 autocast, LibTorch float32"
PYTORCH = [sys.executable,
           str(pathlib.Path(__file__).parent / "peers" / "pytorch" / "resnet_autocast.py")]


def environment(threads):
    return os.environ | {"OMP_NUM_THREADS": str(threads)}


def timed(program, row, threads):
    """Google Benchmark's entry of a row: real_time in milliseconds, flops, bytes."""
    out = subprocess.run(
        [program, "--threads", str(threads), f"--benchmark_filter=^{re.sub(r'[^ A-Za-z0-9]', '.', row)}/",
         "--benchmark_min_time=0.3", "--benchmark_format=json"],
        env=environment(threads), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return json.loads(out.stdout)["benchmarks"][0]


def pytorch_step(threads):
    """Milliseconds of row LOW in PyTorch's bfloat16 autocast."""
    out = subprocess.run([*PYTORCH, "--threads", str(threads)], env=environment(threads),
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return float(out.stdout)


def whole_process(program, row, threads):
    """Wall time in milliseconds and peak memory in MiB of a process that runs a row once."""
    start = time.perf_counter()
    child = subprocess.Popen([program, "--threads", str(threads), "--once", row],
                             env=environment(threads))
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, row
    return 1e3 * (time.perf_counter() - start), usage.ru_maxrss / 1024


def libtorch(program):
    """The library that holds LibTorch's operators."""
    out = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.search(r"libtorch_cpu\S* => (\S+)", out)[1]


def names(program):
    out = subprocess.run([program, "--benchmark_list_tests"], stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    return [line.removesuffix("/real_time") for line in out.splitlines()]


class Measured:
    """Interleaved repeats of one thing in both libraries."""

    def __init__(self, row, threads, unit):
        self.row, self.threads, self.unit = row, threads, unit
        self.values = {peer: [] for peer in PEERS}
        self.flops = self.bytes = 0

    def median(self, peer):
        return statistics.median(self.values[peer])

    def text(self, peer):
        value, unit = self.median(peer), self.unit
        if unit == "ms" and value >= 1000:
            value, unit = value / 1000, "s"
        return f"{value:.3g} {unit}"

    @property
    def ratios(self):
        return sorted(b / a for a, b in zip(*(self.values[peer] for peer in PEERS)))

    def share(self, machine):
        """The fraction of what the machine can do at best, as text."""
        seconds = self.median("retrograd") / 1e3
        if self.flops:
            return f"{self.flops / 1e9 / seconds / machine[self.threads]['gigaflops']:.0%} FMA"
        if self.bytes:
            rate = self.bytes / 1e9 / seconds / machine[self.threads]["copy_gigabytes"]
            return f"{rate:.0%} copy"
        return ""

    def cells(self, machine):
        ratios = self.ratios
        return [self.row, str(self.threads), self.text("retrograd"), self.text("libtorch"),
                f"{statistics.median(ratios):.2f}",
                f"{ratios[0]:.2f} to {ratios[-1]:.2f}", self.share(machine)]


def measure(folder, options):
    programs = {peer: str(folder / f"bench_{peer}") for peer in PEERS}
    wanted = re.compile(options.rows)
    rows = [row for row in names(programs["retrograd"]) if wanted.search(row)]
    for threads in options.threads:
        for row in rows:
            one = Measured(row, threads, "ms")
            for _ in range(options.repeats):
                for peer in PEERS:
                    entry = timed(programs[peer], row, threads)
                    one.values[peer].append(entry["real_time"])
                    one.flops, one.bytes = entry["flops"], entry["bytes"]
            yield one
            if row == LOW and importlib.util.find_spec("torch"):
                peer = Measured("ResNet-20, batch 128, step: both bfloat16, PyTorch in Python", threads, "ms")
                for _ in range(options.repeats):
                    peer.values["retrograd"].append(
                        timed(programs["retrograd"], row, threads)["real_time"])
                    peer.values["libtorch"].append(pytorch_step(threads))
                yield peer
    for row, label in ((ONCE, "whole process: start, slide step, exit"), (MEMORY, MEMORY)):
        if not wanted.search(label):
            continue
        wall = Measured(label, 1, "ms")
        memory = Measured(f"peak memory: {label}", 1, "MiB")
        for _ in range(options.repeats):
            for peer in PEERS:
                elapsed, peak = whole_process(programs[peer], row, 1)
                wall.values[peer].append(elapsed)
                memory.values[peer].append(peak)
        if row == ONCE:
            yield wall
        yield memory
    if wanted.search(COMPILE):
        commands = json.loads((folder / "compile.json").read_text())
        one = Measured(COMPILE, 1, "ms")
        with tempfile.TemporaryDirectory() as scratch:
            for _ in range(min(options.repeats, 3)):
                for peer in PEERS:
                    start = time.perf_counter()
                    subprocess.run([*commands[peer], "-o", f"{scratch}/{peer}.o"], check=True)
                    one.values[peer].append(1e3 * (time.perf_counter() - start))
        yield one
    if wanted.search(SIZE) and (folder / "stripped.so").exists():
        one = Measured(SIZE, 1, "MB")
        for peer, path in (("retrograd", folder / "stripped.so"),
                           ("libtorch", libtorch(programs["libtorch"]))):
            one.values[peer].append(os.stat(path).st_size / 1e6)
        yield one


HEADER = ["row", "threads", "retrograd", "LibTorch", "ratio", "spread", "of the machine's best"]


def table(rows):
    widths = [max(len(row[i]) for row in [HEADER, *rows]) for i in range(len(HEADER))]
    for row in [HEADER, ["-" * width for width in widths], *rows]:
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"


def about(folder, machine):
    """What ran where."""
    processor = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                     if line.startswith("model name"))
    versions = json.loads((folder / "compile.json").read_text())["versions"]
    best = "; ".join(f"{threads} thread{'s' if threads > 1 else ''}: "
                     f"{rate['gigaflops']:.0f} GF/s multiply-add, "
                     f"{rate['copy_gigabytes']:.0f} GB/s copy" for threads, rate in machine.items())
    return (f"{datetime.date.today()}, {processor}, {os.cpu_count()} processors. retrograd "
            f"{versions['retrograd']}, LibTorch {versions['libtorch']}, {versions['compiler']}. "
            f"{best}.")


def write_readme(page, rows):
    """Puts the measured cells into the rows of the README's table that have a measured row's name."""
    text = page.read_text()
    for row, _, *cells in rows:
        text = re.sub(rf"(?m)^\| {re.escape(row)} \|.*$",
                      lambda _: "| " + " | ".join([row, *cells[:3]]) + " |", text)
    page.write_text(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rows", default="")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--markdown", type=pathlib.Path)
    options = parser.parse_args()
    machine = {threads: json.loads(subprocess.run([options.folder / "machine", str(threads)],
                                                  stdout=subprocess.PIPE, check=True).stdout)
               for threads in options.threads}
    measured = []
    for one in measure(options.folder, options):
        measured.append(one)
        print(" | ".join(one.cells(machine)), file=sys.stderr, flush=True)
    lines = [about(options.folder, machine), "",
             *table([one.cells(machine) for one in measured])]
    print("\n".join(lines))
    if options.markdown:
        options.markdown.write_text("# Benchmarks\n\nMade by `./dev bench`.\n\n"
                                    + "\n".join(lines) + "\n")
        write_readme(options.markdown.parent.parent / "README.md",
                     [one.cells(machine) for one in measured if one.threads == 1])
    if options.json:
        options.json.write_text(json.dumps(
            {"machine": machine, "rows": [{"row": one.row, "threads": one.threads,
                                           "unit": one.unit, **one.values} for one in measured]},
            indent=1))


if __name__ == "__main__":
    main()
