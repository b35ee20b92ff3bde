"""Fills the disk of a training run: the last good checkpoint stays, and the run continues from it later.

usage: check_full_disk.py TRAINER

The disk is a small tmpfs in a mount namespace. Skipped where the system allows no such namespace.
"""
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77


def contents(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.glob("*.safetensors"))}


def run(trainer, folder, *arguments):
    return subprocess.run([trainer, folder, *map(str, arguments)], capture_output=True, text=True)


def fill(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 1024):
                pass
        except OSError as error:
            return error.strerror
    return "the disk is not full"


def check(trainer, disk):
    with tempfile.TemporaryDirectory() as name:
        whole = pathlib.Path(name) / "a"
        assert run(trainer, whole).returncode == 0
        expected = contents(whole)
    folder = disk / "a"
    assert run(trainer, folder, "kill", 7, 1, "whole").returncode == -9
    before = contents(folder)
    print(fill(disk / "filler"))
    full = run(trainer, folder)
    print(full.stderr.splitlines()[0], full.stderr.splitlines()[-1], sep="\n")
    assert full.returncode == 1 and "the run goes on without this save" in full.stderr, full
    assert "No space left on device" in full.stderr.splitlines()[-1], full
    assert contents(folder) == before and "skipped" not in full.stderr, full
    (disk / "filler").unlink()
    last = run(trainer, folder)
    assert last.returncode == 0 and not last.stderr, last
    assert contents(folder) == expected, (contents(folder), expected)
    print("the run continued from the last good checkpoint to the same bits")


def main():
    trainer = pathlib.Path(sys.argv[1]).resolve()
    if len(sys.argv) > 2:
        check(trainer, pathlib.Path(sys.argv[2]))
        return 0
    with tempfile.TemporaryDirectory() as disk:
        mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", disk]
        namespace = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
        try:
            tried = subprocess.run(namespace + mount, capture_output=True)
        except FileNotFoundError:
            tried = None
        if tried is None or tried.returncode != 0:
            print("skipped (system): no mount namespace here")
            return SKIPPED
        script = 'mount -t tmpfs -o size=512k none "$3" && exec "$0" -B "$1" "$2" "$3"'
        return subprocess.run([*namespace, "sh", "-c", script, sys.executable, __file__, trainer,
                               disk]).returncode


if __name__ == "__main__":
    sys.exit(main())
