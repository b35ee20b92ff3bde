"""The libraries that compare.py runs, each in its modes: a program, or a script of bench/peers."""
import json
import os
import pathlib
import re
import subprocess
import sys

PEERS = pathlib.Path(__file__).parent / "peers"
# Peers in Python: name, modes, and modules, of which the first one's version is shown.
SCRIPTS = {"pytorch": ("PyTorch", ("eager", "channels_last", "compile"), ("torch",)),
           "jax": ("JAX", ("jit",), ("jax",)),
           "onnxruntime": ("onnxruntime", ("CPU",), ("onnxruntime", "torch", "onnxscript"))}
OURS = "retrograd"
LOW = ": bfloat16 autocast"  # the end of a row's name
NAMES = ("libtorch", *SCRIPTS)


class Inapplicable(Exception):
    """The library has no such row in this mode."""


class Failed(Exception):
    """The library could not run the row; with the end of what it wrote."""


def environment(threads):
    return os.environ | {"OMP_NUM_THREADS": str(threads), "TORCHINDUCTOR_COMPILE_THREADS": "1",
                         "PYTHONDONTWRITEBYTECODE": "1"}


def output(command, threads, under=()):
    """What a command prints; `under`: a command that runs it, such as taskset."""
    done = subprocess.run([*under, *command], env=environment(threads), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode == 3:
        raise Inapplicable
    if done.returncode:
        raise Failed(done.stderr.strip().splitlines()[-1:] or done.returncode)
    return done.stdout


class Program:
    """Rows in Google Benchmark."""
    compiles = False

    def __init__(self, library, path):
        self.library, self.label, self.path = library, library, str(path)
        self.rows = [line.removesuffix("/real_time") for line in
                     output([self.path, "--benchmark_list_tests"], 1).splitlines()]

    def timed(self, row, threads, under=()):
        if row not in self.rows:
            raise Inapplicable
        exact = re.sub(r"[^ A-Za-z0-9]", ".", row)
        text = output([self.path, "--threads", str(threads), f"--benchmark_filter=^{exact}/",
                       "--benchmark_min_time=0.3", "--benchmark_format=json"], threads, under)
        return json.loads(text)["benchmarks"][0]

    def once(self, row, threads):
        if row not in self.rows:
            raise Inapplicable
        return [self.path, "--threads", str(threads), "--once", row]


class Script:
    """Rows in Python, in one mode."""

    def __init__(self, library, python, folder, mode):
        self.library, self.label = library, f"{library} {mode}"
        self.command = [python, str(PEERS / folder / "rows.py")]
        self.mode = mode
        self.compiles = mode == "compile"  # and keeps the result in files

    def once(self, row, threads):
        return [*self.command, row, "--mode", self.mode, "--threads", str(threads), "--once"]

    def timed(self, row, threads, under=()):
        command = [each for each in self.once(row, threads) if each != "--once"]
        return json.loads(output(command, threads, under).splitlines()[-1])


def version_of(python, module):
    """The version of a module that a Python has, or None."""
    try:
        done = subprocess.run([python, "-c", f"import {module}; print({module}.__version__)"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return None
    return done.stdout.strip().split("+")[0] if done.returncode == 0 else None


def found(folder, peers, python):
    """Ours, and the peers that are there; says which are not."""
    versions = json.loads((folder / "compile.json").read_text())["versions"]
    yield Program(OURS, folder / "bench_retrograd")
    for peer in peers:
        if peer == "libtorch":
            wheel = folder / "wheel" / "bench_libtorch"
            yield Program(f"LibTorch {versions['libtorch']}", folder / "bench_libtorch")
            if wheel.exists() and version_of(python, "torch"):
                version = output([str(wheel), "--version"], 1).strip()
                yield Program(f"LibTorch {version}", wheel)
        else:
            name, modes, modules = SCRIPTS[peer]
            versions_found = [version_of(python, module) for module in modules]
            if None in versions_found:
                missing = modules[versions_found.index(None)]
                print(f"{name} is left out: {python} cannot import {missing}.", file=sys.stderr)
                continue
            for mode in modes:
                yield Script(f"{name} {versions_found[0]}", python, peer, mode)
