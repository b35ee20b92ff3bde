"""Kills a program while it saves, at random points: its file is whole, and the next save leaves no other.

usage: check_kills.py SAVER [--kills N] [--seed N]

Another saver to the same folder runs all the while, unharmed.
"""
import argparse
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ENDLESS = "1000000000"


def start(*command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    process.stdout.readline()  # it is about to save
    return process


def kill(process):
    process.kill()
    process.wait()
    process.stdout.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("saver")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    torn = left = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        path, other = folder / "model.safetensors", folder / "other.safetensors"
        subprocess.run([options.saver, path, "1"], check=True, stdout=subprocess.DEVNULL)
        bystander = start(options.saver, other, ENDLESS)
        try:
            for _ in range(options.kills):
                saver = start(options.saver, path, ENDLESS)
                time.sleep(chance.uniform(0, 0.03))
                kill(saver)
                left += len(list(folder.glob(".retrograd-*"))) > 1
                torn += subprocess.run([options.saver, path, "check"]).returncode != 0
            unharmed = bystander.poll() is None
        finally:
            kill(bystander)
        subprocess.run([options.saver, path, "1"], check=True, stdout=subprocess.DEVNULL)
        stale = sorted(each.name for each in folder.iterdir() if each not in (path, other))
    print(f"{options.kills} kills: {left} with a temporary file left, {torn} with a torn file; "
          f"after the next save {len(stale)} temporary files; "
          f"the other saver {'went on' if unharmed else 'FAILED'}")
    return 1 if torn or stale or not unharmed else 0


if __name__ == "__main__":
    sys.exit(main())
