"""Starts ranks with the mpiexec of Open MPI or MPICH, one thread each unless said otherwise."""
import os
import pathlib
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


def ranks_below(process, program):
    """The processes of the program that descend from a process."""
    parents, matching = {}, []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            parents[int(folder.name)] = int(fields[1])
            if os.readlink(folder / "exe") == os.path.realpath(program):
                matching.append(int(folder.name))
        except OSError:
            continue  # it has ended
    found = []
    for pid in matching:
        above = pid
        while above in parents and above != process:
            above = parents[above]
        if above == process:
            found.append(pid)
    return sorted(found)
