"""Kills runs, and continues them with other numbers of ranks: they end with the same SHA-256.

usage: check_runs.py MPIEXEC MPI_RUN [--kills 4] [--seed 1]

A run of 20 steps is killed by signal 9 of one rank at a random moment, and continued with another
number of ranks, until it ends. Another is stopped by SIGTERM of one rank.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

import launch

RANKS = (1, 2, 4)
PAUSE = 40  # milliseconds after each step


def contents(folder):
    """The SHA-256 of what a run leaves, and its logged values without their times."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
             for path in sorted(folder.glob("*.safetensors"))}
    lines = map(json.loads, (folder / "metrics.jsonl").read_text().splitlines())
    found["metrics.jsonl"] = [(line["step"], line["tag"], line["value"]) for line in lines]
    return found


def whole(options, ranks, threads, folder, *pause):
    done = launch.run(options.mpiexec, ranks, options.program, folder, threads, *pause,
                      threads=threads, timeout=120)
    if done.returncode != 0:
        sys.exit(f"{ranks} ranks: ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def signal_one(options, ranks, folder, which, seconds, rank):
    """Starts a run, and sends a signal to a rank after the first save. Returns the job's status."""
    job = subprocess.Popen(
        launch.command(options.mpiexec, ranks, options.program, folder, 1, PAUSE),
        env=launch.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 60
    while not list(folder.glob("step*.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(seconds)
    pids = launch.ranks_below(job.pid, options.program)
    if len(pids) == ranks:  # it has not ended
        os.kill(pids[rank % ranks], which)
    try:
        text, _ = job.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        job.kill()
        sys.exit(f"{ranks} ranks: the job still runs 60 s after signal {which}")
    if which == signal.SIGTERM and job.returncode != 0:
        sys.exit(f"{ranks} ranks: SIGTERM ended the run with {job.returncode}\n{text.decode()}")
    return job.returncode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mpiexec")
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    faults = 0
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name)
        whole(options, 1, 1, base / "alone")
        wanted = contents(base / "alone")

        def compare(what, folder):
            nonlocal faults
            found = contents(folder)
            equal = found == wanted
            faults += not equal
            print(f"{what}: {found['end.safetensors'][:16]}{'' if equal else ', others differ'}",
                  flush=True)

        for ranks in RANKS:
            for threads in (1, 2):
                folder = base / f"{ranks} {threads}"
                whole(options, ranks, threads, folder)
                compare(f"{ranks} ranks of {threads} threads", folder)
        for kill in range(options.kills):
            folder = base / f"kill {kill}"
            before, after = chance.sample(RANKS, 2)
            which = signal.SIGTERM if kill % 4 == 3 else signal.SIGKILL
            signal_one(options, before, folder, which, chance.uniform(0, 0.7), chance.randrange(4))
            text = whole(options, after, 1, folder)
            compare(f"{before} ranks, {which.name}, then {after}: {text.strip()}", folder)
    sys.exit(bool(faults))


main()
