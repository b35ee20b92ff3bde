"""The command line of the peers in Python: ROW [--mode MODE] [--threads N] [--once].

Prints JSON: the milliseconds of a step, and the number of parameters where the row has a
network. --once runs one step, for its memory.
"""
import argparse
import json
import sys
import time

# Ends of a row's name.
LOW = ": bfloat16 autocast"
FORWARD = ", forward"


class Inapplicable(Exception):
    """The row has no such mode: the program exits with 3."""


def milliseconds(step):
    """Of as many steps as fit into 0.3 seconds, but three at least, the mean."""
    start, steps = time.perf_counter(), 0
    while steps < 3 or time.perf_counter() - start < 0.3:
        step()
        steps += 1
    return 1e3 * (time.perf_counter() - start) / steps


def run(modes, prepare):
    """`prepare` takes a row, a mode and the number of threads, and returns a step. A step of a
    network has its number of parameters as an attribute."""
    parser = argparse.ArgumentParser()
    parser.add_argument("row")
    parser.add_argument("--mode", choices=modes, default=modes[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    try:
        step = prepare(options.row, options.mode, options.threads)
    except Inapplicable:
        sys.exit(3)
    step()
    found = {"parameters": getattr(step, "parameters", 0)}
    if not options.once:
        step()
        step()
        found["real_time"] = milliseconds(step)
    print(json.dumps(found))
