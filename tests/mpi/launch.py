"""Starts ranks with the mpiexec of Open MPI or MPICH, one thread each unless said otherwise."""
import os
import subprocess


def command(mpiexec, ranks, *program):
    """The command that runs `ranks` processes, more of them than processors too."""
    version = subprocess.run([mpiexec, "--version"], capture_output=True, text=True).stdout
    flags = []
    if "Open MPI" in version or "OpenRTE" in version:
        flags = ["--oversubscribe", "--bind-to", "none"]
        if os.geteuid() == 0:
            flags.append("--allow-run-as-root")
    return [mpiexec, *flags, "-n", str(ranks), *map(str, program)]


def environment(threads=1):
    """One thread, and one that sleeps where it waits: ranks may be more than processors."""
    return os.environ | {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "passive"}


def run(mpiexec, ranks, *program, threads=1, timeout=300):
    """What the ranks print, and their status."""
    return subprocess.run(command(mpiexec, ranks, *program), env=environment(threads), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout)
