#!/usr/bin/env python3
"""Trains models with several numbers of threads and compares the bits of all their weights.

  compare_bits.py TRAIN_MODELS [--steps 50] [--threads 1 2 3 4] [--models NAME ...]
                  [--dtypes float32 bfloat16] [--deterministic] [--settings VARIABLE=VALUE ...]

Prints a Markdown table with the first digits of the SHA-256 of each model's file, and ends with 1
if one depends on the number of threads. --settings adds a column for each environment variable, in
which the number of threads must not matter either. A last column tells whether the bits depend on
the variables, which is no fault.
"""
import argparse
import collections
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

MODELS = ("lenet", "resnet20", "unet", "lstm", "vit")
DTYPES = ("float32", "bfloat16")
DIGITS = 16


def hash_of(command, setting):
    """The SHA-256 of the file that the program saves."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.safetensors"
        variables = dict([setting.split("=", 1)]) if setting else {}
        done = subprocess.run([*command, path], env=os.environ | variables, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            sys.exit(f"{setting or 'without variables'}: {' '.join(command)}: "
                     f"ended with {done.returncode}\n{done.stdout}")
        return hashlib.sha256(path.read_bytes()).hexdigest()


def cell(hashes):
    """The hash, or each with the numbers of threads that gave it."""
    threads_of = collections.defaultdict(list)
    for threads, found in hashes.items():
        threads_of[found[:DIGITS]].append(str(threads))
    if len(set(hashes.values())) == 1:
        return next(iter(threads_of))
    return "differs: " + "; ".join(f"{' '.join(threads)}: {found}"
                                   for found, threads in threads_of.items())


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 3, 4])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--dtypes", nargs="+", choices=DTYPES, default=DTYPES)
    parser.add_argument("--deterministic", action="store_true")
    parser.add_argument("--settings", nargs="+", default=[])
    options = parser.parse_args()
    flags = ["--deterministic"] if options.deterministic else []
    settings = ["", *options.settings]

    titles = ["model", "dtype", "SHA-256"]
    if options.settings:
        titles += [*options.settings, "across variables"]
    print_row(titles)
    print_row(["---"] * len(titles))
    faults = 0
    for model in options.models:
        for dtype in options.dtypes:
            row, found = [model, dtype], set()
            for setting in settings:
                hashes = {threads: hash_of([options.program, model, dtype, str(threads),
                                            str(options.steps), *flags], setting)
                          for threads in options.threads}
                row.append(cell(hashes))
                found |= set(hashes.values())
                faults += len(set(hashes.values())) > 1
            if options.settings:
                row.append("equal" if len(found) == 1 else "differ")
            print_row(row)
    numbers = " ".join(map(str, options.threads))
    print(f"\n{options.steps} steps with {numbers} threads: {faults} differ")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
