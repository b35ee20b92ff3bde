"""Kills a rank with signal 9 at random moments: the job ends within 10 s, with a status other than 0.

usage: check_kills.py MPIEXEC MPI_TRAIN [--kills 20] [--ranks 2] [--seed 1]
"""
import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import launch

SECONDS = 10
ENDLESS = "1000000000"


def kill_one(options, chance):
    """A fault, or nothing."""
    job = subprocess.Popen(launch.command(options.mpiexec, options.ranks, options.program, "lenet",
                                          "1", "0", ENDLESS, "-", "-"),
                           env=launch.environment(), text=True, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
    moment = chance.uniform(0, 1)
    job.stdout.readline()  # steps are running
    time.sleep(moment)
    ranks = launch.ranks_below(job.pid, options.program)
    if len(ranks) != options.ranks:
        job.kill()
        return f"there are {len(ranks)} ranks: {job.stdout.read()}"
    os.kill(chance.choice(ranks), signal.SIGKILL)
    begin = time.monotonic()
    try:
        text, _ = job.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        job.kill()
        return f"{moment:.2f} s: the job still runs {SECONDS} s later"
    left = [pid for pid in ranks if pathlib.Path(f"/proc/{pid}/exe").exists()]
    if job.returncode == 0 or left:
        return f"{moment:.2f} s: status {job.returncode}, {len(left)} ranks are left\n{text}"
    print(f"killed after {moment:.2f} s: status {job.returncode} "
          f"{time.monotonic() - begin:.2f} s later", flush=True)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mpiexec")
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    faults = [fault for _ in range(options.kills) if (fault := kill_one(options, chance))]
    print("\n".join(faults))
    sys.exit(bool(faults))


main()
