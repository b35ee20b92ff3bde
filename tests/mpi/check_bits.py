"""Trains models with several numbers of ranks and threads: the SHA-256 of the saved state is equal.

usage: check_bits.py MPIEXEC MPI_TRAIN [--steps 50] [--ranks 1 2 4] [--threads 1 2] [--models NAME ..]

A run that stops half-way goes on with another number of ranks, to the same state.
"""
import argparse
import hashlib
import pathlib
import sys
import tempfile

import launch

MODELS = ("lenet", "resnet20", "lstm")


def train(options, ranks, threads, model, first, last, start, end):
    """The SHA-256 of what the run saves as `end`."""
    done = launch.run(options.mpiexec, ranks, options.program, model, threads, first, last, start,
                      end, threads=threads, timeout=1200)
    if done.returncode != 0:
        sys.exit(f"{model}, {ranks} ranks: ended with {done.returncode}\n{done.stdout}")
    return hashlib.sha256(end.read_bytes()).hexdigest()


def hashes_of(options, model, folder):
    end, half = folder / "end", folder / "half"
    found = {}
    for ranks in options.ranks:
        for threads in options.threads:
            found[f"{ranks} ranks, {threads} threads"] = train(
                options, ranks, threads, model, 0, options.steps, "-", end)
    before, after = options.ranks[-2:]
    train(options, before, 1, model, 0, options.steps // 2, "-", half)
    found[f"{before} ranks, then {after}"] = train(
        options, after, 1, model, options.steps // 2, options.steps, half, end)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mpiexec")
    parser.add_argument("program")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    options = parser.parse_args()
    equal = True
    with tempfile.TemporaryDirectory() as name:
        for model in options.models:
            found = hashes_of(options, model, pathlib.Path(name))
            for run, sha in found.items():
                print(f"{model:9} {run:22} {sha[:16]}", flush=True)
            equal &= len(set(found.values())) == 1
    sys.exit("the hashes differ" if not equal else 0)


main()
