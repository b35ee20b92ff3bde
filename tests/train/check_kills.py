"""Kills a training run at random moments and inside saves, resumes it, and compares all that it leaves.

usage: check_kills.py TRAINER [--random N] [--inside N] [--seed N]

--random kills (100): one in each run, at a moment drawn from the whole length of a run. --inside kills
(125): before each system call of a save in turn, then halfway through each write, then in saves of other
kinds. A run that was killed is started again. Its last checkpoints, the best one, the
weights and the logged values must have the SHA-256 of those of a run that was not killed.
"""
import argparse
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

# The last save, one at the end of an epoch, both with a new best state; the first, one in the midst of an
# epoch.
STEPS = [15, 10, 1, 13]


def contents(folder):
    """The SHA-256 of the checkpoints and weights, and of the logged values without their times."""
    parts = {path.name: path.read_bytes() for path in sorted(folder.glob("*.safetensors"))}
    lines = map(json.loads, (folder / "metrics.jsonl").read_text().splitlines())
    parts["metrics.jsonl"] = repr([(line["step"], line["tag"], line["value"]) for line in lines]).encode()
    return {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()}


def run(trainer, folder, *arguments):
    return subprocess.run([trainer, folder, *map(str, arguments)], capture_output=True, text=True)


def places(trainer):
    """(step, call, torn) for each call of saves of all kinds, without end."""
    while True:
        for step in STEPS:
            with tempfile.TemporaryDirectory() as folder:
                calls = run(trainer, folder, "calls", step).stdout.split()
            assert {"openat", "write", "fsync", "renameat"} <= set(calls), calls
            for nth in range(1, len(calls) + 1):
                yield step, nth, "whole"
            for nth, name in enumerate(calls, 1):
                if name in ("write", "pwrite"):
                    yield step, nth, "torn"


def length_of_run(trainer):
    """The shortest time that a whole run takes."""
    lengths = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            started = time.monotonic()
            run(trainer, folder)
            lengths.append(time.monotonic() - started)
    return min(lengths)


class Trials:
    def __init__(self, trainer, folder, expected):
        self.trainer, self.folder, self.expected = trainer, folder, expected
        self.killed = self.wrong = self.told = 0

    def end(self, name, code):
        """Resumes the run after its end with `code`."""
        self.killed += code == -9
        ended = run(self.trainer, self.folder / name)
        self.told += ended.stderr != ""  # a damaged file
        if ended.returncode != 0 or contents(self.folder / name) != self.expected:
            self.wrong += 1
            print(f"{name}: {ended.returncode} {ended.stderr}\n{contents(self.folder / name)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("trainer")
    parser.add_argument("--random", type=int, default=100)
    parser.add_argument("--inside", type=int, default=125)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        whole = run(options.trainer, folder / "whole")
        expected = contents(folder / "whole")
        assert whole.returncode == 0 and len(expected) == 5, (whole, expected)
        trials = Trials(options.trainer, folder, expected)
        length = length_of_run(options.trainer)
        started = 0
        while trials.killed < options.random:  # one that ended before its kill does not count
            process = subprocess.Popen([options.trainer, folder / f"random{started}"])
            time.sleep(chance.uniform(0, length))
            process.kill()
            trials.end(f"random{started}", process.wait())
            started += 1
            assert started < 5 * options.random, "runs end before they can be killed"
        inside = []
        for place in places(options.trainer):
            if len(inside) == options.inside:
                break
            folder_of_run = f"inside-{len(inside)}"
            inside.append(place)
            trials.end(folder_of_run,
                       run(options.trainer, folder / folder_of_run, "kill", *place).returncode)
        assert trials.killed == options.random + len(inside), "a run went on past its kill"
    print(f"{options.random} kills at random moments of runs of {length:.2f} s; {len(inside)} inside "
          f"saves, at {len(set(inside))} different calls; "
          f"{trials.wrong} runs ended otherwise, {trials.told} found a damaged file; SHA-256 of the "
          f"weights {expected['model.safetensors'][:16]}...")
    return 1 if trials.wrong or trials.told else 0


if __name__ == "__main__":
    sys.exit(main())
