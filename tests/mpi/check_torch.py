"""Trains one model with retrograd on rank 0 and PyTorch on rank 1: their weights stay equal.

usage: check_torch.py MPIEXEC WITH_TORCH [PYTHON]      PYTHON has mpi4py and torch
"""
import pathlib
import subprocess
import sys

import launch

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import skip  # noqa: E402


def main():
    mpiexec, program = sys.argv[1:3]
    python = sys.argv[3] if len(sys.argv) > 3 else "/usr/bin/python3"
    tried = subprocess.run([python, "-c", "import mpi4py, torch"], capture_output=True)
    if tried.returncode != 0:
        skip.skip("package", "this needs python3-mpi4py and python3-torch")
    peer = pathlib.Path(__file__).with_name("torch_rank.py")
    command = launch.command(mpiexec, 1, program) + [":", "-n", "1", python, "-B", str(peer)]
    done = subprocess.run(command, env=launch.environment(), text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    sys.exit(done.returncode if "weights differ by at most" in done.stdout else 1)


main()
