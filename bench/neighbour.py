#!/usr/bin/env python3
"""Times training steps beside a busy neighbour, in retrograd and in PyTorch, and prints one table.

  neighbour.py FOLDER [--steps 200] [--rounds 3] [--models mlp lenet resnet20] [--python PYTHON ...]

FOLDER is the build folder with the program neighbour and compile.json. Each library trains each
model on one quiet thread, on two quiet threads, and on two threads while an endless loop is pinned
to the last processor. The rounds are interleaved. The table has medians over the steps of all
rounds, and their ratios to the library's own quiet single thread: below 1 is faster than that.
PyTorch is measured in each PYTHON that has it; the default is /usr/bin/python3.
"""
import argparse
import contextlib
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys

MODELS = {"mlp": "MLP 784-128-10, batch 64",
          "lenet": "LeNet, batch 64",
          "resnet20": "ResNet-20, batch 32"}
PEER = pathlib.Path(__file__).parent / "peers" / "pytorch" / "neighbour.py"
SETTINGS = ((1, False), (2, False), (2, True))  # threads; whether beside a neighbour


# Ends with this program, even if that is killed.
BUSY = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
print("pinned", flush=True)
while os.getppid() == int(sys.argv[2]):
    sum(range(100_000))
"""


@contextlib.contextmanager
def neighbour(processor):
    """Keeps a processor busy."""
    busy = subprocess.Popen([sys.executable, "-c", BUSY, str(processor), str(os.getpid())],
                            stdout=subprocess.PIPE)
    try:
        assert busy.stdout.readline() == b"pinned\n", "the neighbour has not started"
        yield
        assert busy.poll() is None, "the neighbour has ended"
    finally:
        busy.kill()
        busy.wait()


def pytorch_of(python):
    """The version of PyTorch that a Python has, or None."""
    try:
        out = subprocess.run([python, "-c", "import torch; print(torch.__version__)"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return None
    return out.stdout.strip() if out.returncode == 0 else None


def steps_of(command, model, threads, steps):
    """Milliseconds of each step."""
    out = subprocess.run([*command, model, str(threads), str(steps)],
                         env=os.environ | {"OMP_NUM_THREADS": str(threads)},
                         stdout=subprocess.PIPE, text=True, check=True)
    return [float(line) for line in out.stdout.split()]


def measure(libraries, options, processor):
    """{(model, library): one list of milliseconds for each of SETTINGS}"""
    times = {(model, library): [[] for _ in SETTINGS]
             for model in options.models for library in libraries}
    for i in range(options.rounds):
        for model in options.models:
            for setting, (threads, beside) in enumerate(SETTINGS):
                for library, command in libraries.items():
                    with neighbour(processor) if beside else contextlib.nullcontext():
                        found = steps_of(command, model, threads, options.steps)
                    times[model, library][setting] += found
                    print(f"round {i + 1}, {model}, {library}, threads: {threads}"
                          f"{', neighbour' if beside else ''}: {statistics.median(found):.3g} ms",
                          file=sys.stderr, flush=True)
    return times


HEADER = ["model", "library", "1 thread", "2 threads", "2 and neighbour: median",
          "95th percentile", "median / 1 thread", "95th / 1 thread"]


def cells(model, library, times):
    one, two, beside = map(statistics.median, times)
    late = statistics.quantiles(times[-1], n=20, method="inclusive")[-1]
    return [MODELS[model], library, *(f"{value:.3g} ms" for value in (one, two, beside, late)),
            f"{beside / one:.2f}", f"{late / one:.2f}"]


def table(rows):
    widths = [max(len(row[i]) for row in [HEADER, *rows]) for i in range(len(HEADER))]
    for row in [HEADER, ["-" * width for width in widths], *rows]:
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"


def about(options, version, processors):
    """What ran where."""
    name = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name"))
    return (f"{datetime.date.today()}, {name}, {len(processors)} processors. retrograd {version}. "
            f"Steps: {options.rounds} x {options.steps}. The neighbour is on processor "
            f"{processors[-1]}.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--python", nargs="+", default=["/usr/bin/python3"])
    options = parser.parse_args()
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < 2:
        sys.exit("A neighbour needs two processors, and this program may use one.")
    libraries = {"retrograd": [str(options.folder / "neighbour")]}
    for python in options.python:
        if version := pytorch_of(python):
            libraries[f"PyTorch {version}"] = [python, str(PEER)]
        else:
            print(f"PyTorch is left out: {python} cannot import torch.", flush=True)
    version = json.loads((options.folder / "compile.json").read_text())["versions"]["retrograd"]
    times = measure(libraries, options, processors[-1])
    rows = [cells(model, library, found) for (model, library), found in times.items()]
    print("\n".join([about(options, version, processors), "", *table(rows)]))


if __name__ == "__main__":
    main()
