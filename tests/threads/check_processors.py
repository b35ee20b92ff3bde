#!/usr/bin/env python3
"""Checks with how many threads a program starts: OMP_NUM_THREADS, affinity, quota of its group.

  check_processors.py PRINT_THREADS

Quotas are checked where this program may make a control group (version 1 or 2).
"""
import os
import pathlib
import subprocess
import sys

VERSION_1 = pathlib.Path("/sys/fs/cgroup/cpu")
VERSION_2 = pathlib.Path("/sys/fs/cgroup")
faults = 0


def threads(program, before=None, **variables):
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    return int(subprocess.run([program], env=environment | variables, preexec_fn=before,
                              stdout=subprocess.PIPE, check=True).stdout)


def check(what, found, expected):
    global faults
    if found != expected:
        print(f"{what}: {found} threads, not {expected}")
        faults += 1


def quotas(program, most):
    """(file, text, expected number) of a group made for this, one below another."""
    if (VERSION_1 / "cpu.cfs_quota_us").exists():
        folder, file = VERSION_1, "cpu.cfs_quota_us"
        limits = [("50000", 1), ("100000", 1), ("150000", min(2, most)), ("-1", most)]
    elif "cpu" in (VERSION_2 / "cgroup.subtree_control").read_text().split():
        folder, file = VERSION_2, "cpu.max"
        limits = [("50000 100000", 1), ("100000 100000", 1), ("150000 100000", min(2, most)),
                  ("max 100000", most)]
    else:
        raise OSError("no control group for the processor")
    outer = folder / f"retrograd{os.getpid()}"
    inner = outer / "inner"
    inner.mkdir(parents=True)
    try:
        for text, expected in limits:
            (outer / file).write_text(text)
            found = threads(program, lambda: (inner / "cgroup.procs").write_text(str(os.getpid())))
            check(f"{file} {text}", found, expected)
    finally:
        inner.rmdir()
        outer.rmdir()


def main():
    program = sys.argv[1]
    allowed = sorted(os.sched_getaffinity(0))
    check("OMP_NUM_THREADS=5", threads(program, OMP_NUM_THREADS="5"), 5)
    check("OMP_NUM_THREADS=3,2", threads(program, OMP_NUM_THREADS="3,2"), 3)
    most = threads(program)
    check("no number", threads(program, OMP_NUM_THREADS="many"), most)
    check("one processor", threads(program, lambda: os.sched_setaffinity(0, allowed[:1])), 1)
    if most > len(allowed):
        check("all processors", most, len(allowed))
    try:
        quotas(program, most)
    except OSError as error:
        print(f"quotas are not checked: {error}")
    return 1 if faults else 0


sys.exit(main())
