"""Runs cases in processes of MPI.

usage: check_cases.py MPIEXEC MPI_CASES RANKS...             all cases pass
       check_cases.py --failures MPIEXEC MPI_CASES RANKS...  every rank ends with an error in 10 s
"""
import subprocess
import sys
import time

import launch

SECONDS = 10


def names(program, which):
    return subprocess.run([program, which], check=True, capture_output=True,
                          text=True).stdout.splitlines()


def check_cases(mpiexec, program, ranks):
    for name in names(program, "--list"):
        done = launch.run(mpiexec, ranks, program, name)
        if done.returncode != 0:
            yield f"{name}, {ranks} ranks: ended with {done.returncode}\n{done.stdout}"


def check_failures(mpiexec, program, ranks):
    for line in names(program, "--failures"):
        name, *texts = line.split("|")
        begin = time.monotonic()
        done = launch.run(mpiexec, ranks, program, name)
        seconds = time.monotonic() - begin
        if done.returncode == 0:
            yield f"{name}, {ranks} ranks: the status is 0\n{done.stdout}"
        if seconds > SECONDS:
            yield f"{name}, {ranks} ranks: took {seconds:.1f} s\n{done.stdout}"
        for rank in range(ranks):
            own = [part for part in done.stdout.splitlines() if part.startswith(f"rank {rank}: ")]
            for text in texts:
                wanted = text.replace("{last}", str(ranks - 1))
                if not any(wanted in part for part in own):
                    yield f"{name}: rank {rank} of {ranks} does not say '{wanted}'\n{done.stdout}"


def main():
    arguments = sys.argv[1:]
    check = check_cases
    if arguments[0] == "--failures":
        check = check_failures
        del arguments[0]
    mpiexec, program, *ranks = arguments
    faults = [fault for count in ranks for fault in check(mpiexec, program, int(count))]
    print("\n".join(faults) or "all as wanted")
    sys.exit(bool(faults))


main()
