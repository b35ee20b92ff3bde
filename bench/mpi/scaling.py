"""Simulates data parallel training on many ranks, and compares it with measured steps.

usage: scaling.py simulate                                      ResNet-50 on up to 16,384 ranks
       scaling.py compare MPI_STEP MPIEXEC [--launch COMMAND]   measure 2 and 4 ranks here

A step is a forward pass, and a backward pass that fills buckets layer by layer. A bucket is sent
when it is full and the one before has been sent. The step ends when both have ended and gradients
are copied back and applied. --launch is a command that starts two ranks another way, such as
"tests/mpi/two_namespaces.sh 1gbit", and has four ranks left out.

compare measures the parts of a step at each number of ranks: the work alone, sums of two sizes
alone, the work beside a sum that needs none of it, and copies into buckets and back. How buckets put them together is simulated.
"""
import argparse
import json
import math
import pathlib
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests" / "mpi"))
import launch  # noqa: E402

TOLERANCE = 0.15
MIB = 1 << 20
COPIED = 0.2e-9  # seconds for a byte, between a gradient and a bucket


class Link:
    """Time of a message: `latency` seconds, and its bytes at `rate` a second.

    After a pause, `burst` bytes cost no time, as in a limiter with a bucket of tokens. `effort`:
    seconds that the processors spend on a byte of a sum, which the work has to wait for.
    """

    def __init__(self, latency, rate, burst=0.0, effort=0.0):
        self.latency, self.rate, self.burst, self.effort = latency, rate, burst, effort

    def all_reduce(self, ranks, size, algorithm):
        """Seconds of a sum over all ranks: R. Thakur et al., "Optimization of collective
        communication operations in MPICH", 2005, without the time of the additions."""
        if ranks == 1:
            return 0.0
        rounds = math.ceil(math.log2(ranks))
        steps = 2 * (ranks - 1) if algorithm == "ring" else 2 * rounds  # halving and doubling
        return steps * self.latency + 2 * size * (ranks - 1) / ranks / self.rate


class Direction:
    """One direction of a link, whose messages come one after the other."""

    def __init__(self, link):
        self.link, self.free, self.tokens = link, 0.0, link.burst

    def send(self, start, size, rounds):
        """The end of `rounds` messages in turn, which start at `start` or later."""
        start = max(start, self.free)
        tokens = min(self.link.burst, self.tokens + (start - self.free) * self.link.rate)
        self.tokens = max(0.0, tokens - size)
        self.free = start + rounds * (
            self.link.latency + max(0.0, size - tokens) / self.link.rate)
        return self.free


class Sums:
    """The sums of buckets, one after the other. In a tree, Open MPI's for sums in place, a bucket
    goes up to one rank while the one before comes down."""

    def __init__(self, ranks, link, algorithm):
        self.ranks, self.link, self.algorithm = ranks, link, algorithm
        self.up, self.down, self.free = Direction(link), Direction(link), 0.0

    def end_of(self, start, size):
        if self.algorithm == "tree":
            rounds = math.ceil(math.log2(self.ranks))
            self.free = self.down.send(self.up.send(start, size, rounds), size, rounds)
        else:
            self.free = max(start, self.free) + self.link.all_reduce(
                self.ranks, size, self.algorithm)
        return self.free


def simulate(layers, times, bucket, ranks, link, algorithm, copied=COPIED):
    """Seconds of a step. `layers`: (bytes, share of the backward pass), the last layer first."""
    sums = Sums(ranks, link, algorithm)
    copied = copied if ranks > 1 else 0.0
    now = times["forward"]
    end = filled = sent = 0.0
    for number, (size, share) in enumerate(layers, 1):
        now += times["backward"] * share + size * copied
        filled += size
        if filled >= bucket or number == len(layers):
            end = sums.end_of(now, filled)
            now += filled * link.effort  # the sum takes processors from the rest of the pass
            sent += filled
            filled = 0.0
    return max(now, end) + sent * copied + times["update"]


# --- here ---

def even(size, count):
    return [(size / count, 1 / count)] * count


def resnet20():
    """Bytes by layer, with multiplications as shares."""
    layers = [(16 * 3 * 9, 1024)]
    channels, pixels = 16, 1024
    for out in (16, 32, 64):
        for _ in range(3):
            stride = 2 if out != channels else 1
            pixels //= stride * stride
            layers.append((out * channels * 9, pixels))
            if out != channels:
                layers.append((out * channels, pixels))
            layers.append((out * out * 9, pixels))
            channels = out
    return shares(layers + [(650, 1)])


def shares(layers):
    """(bytes, share), the last first, of (weights, uses of each) in order."""
    total = sum(weights * uses for weights, uses in layers)
    return [(weights * 4, weights * uses / total) for weights, uses in reversed(layers)]


def measure(command, *arguments):
    done = subprocess.run([*command, *map(str, arguments)], env=launch.environment(), text=True,
                          capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


CASES = [("resnet20", (32, 1, 10), resnet20()),
         ("mlp", (1536, 1, 3, "--width", 512, "--layers", 16), even(16809984, 16))]


def link_of(small, large, ranks):
    """The link, of two measured sums in a tree. Where the smaller takes less than its share, the
    link has a burst."""
    ways = 2 * math.ceil(math.log2(ranks))
    rate = ways * (large["bytes"] - small["bytes"]) / (
        large["exchange_ms"] - small["exchange_ms"]) * 1000
    start = small["exchange_ms"] / 1000 / ways - small["bytes"] / rate
    return Link(max(0.0, start), rate, burst=max(0.0, -start) * rate)


def effort_of(parts):
    """Seconds of a byte by which the work and a sum beside each other outlast the longer one."""
    longer = max(parts["alone_ms"], parts["forward_ms"] + parts["exchange_ms"])
    return max(0.0, parts["beside_ms"] - longer) / 1000 / parts["bytes"]


def compare(options):
    """One row for each model and number of ranks; returns whether all agree."""
    def run(ranks, model, arguments):
        command = (shlex.split(options.launch) if options.launch and ranks == 2
                   else launch.command(options.mpiexec, ranks))
        return measure([*command, options.program], model, *arguments)

    ranks_tried = (2,) if options.launch else (2, 4)
    measured = {(model, ranks): run(ranks, model, arguments)
                for model, arguments, _ in CASES for ranks in ranks_tried}
    links = {ranks: link_of(measured["resnet20", ranks], measured["mlp", ranks], ranks)
             for ranks in ranks_tried}
    for ranks, link in links.items():
        print(f"{ranks} ranks: {link.latency * 1e6:.0f} us, {link.rate / 1e9:.3f} GB/s and a burst "
              f"of {link.burst / 1e6:.2f} MB")
    for parts in measured.values():
        print(json.dumps(parts))
    print("\n| model | ranks | measured | simulated | difference |\n| --- | --- | --- | --- | --- |")
    agree = True
    for model, _, layers in CASES:
        for ranks in ranks_tried:
            parts = measured[model, ranks]
            times = {"forward": parts["forward_ms"] / 1000, "update": parts["update_ms"] / 1000}
            times["backward"] = parts["alone_ms"] / 1000 - times["forward"] - times["update"]
            link = links[ranks]
            link.effort = effort_of(parts)
            simulated = simulate(layers, times, MIB, ranks, link, "tree",
                                 parts["copies_ms"] / 2000 / parts["bytes"]) * 1000
            off = simulated / parts["step_ms"] - 1
            agree &= abs(off) <= TOLERANCE
            print(f"| {model} | {ranks} | {parts['step_ms']:.1f} ms | {simulated:.1f} ms | "
                  f"{off:+.1%} |")
    return agree


# --- on paper ---

def resnet50():
    """K. He et al., 2016, as torchvision has it: 25.6 million weights."""
    layers = [(3 * 64 * 49, 112 * 112)]
    channels, pixels = 64, 56 * 56
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            before = pixels
            if block == 0 and width > 64:
                pixels //= 4
            layers += [(channels * width, before), (width * width * 9, pixels),
                       (width * 4 * width, pixels)]
            if block == 0:
                layers.append((channels * width * 4, pixels))
            channels = width * 4
    return shares(layers + [(2048 * 1000 + 1000, 1)])


NETWORKS = [("1 Gbit/s Ethernet", Link(25e-6, 0.118e9)), ("10 Gbit/s Ethernet", Link(15e-6, 1.18e9)),
            ("100 Gbit/s InfiniBand", Link(2e-6, 11.5e9))]
RANKS = (64, 1024, 16384)


def paper(options):
    """Efficiency: the step of one rank, divided by that of all."""
    layers = resnet50()
    step = options.step
    times = {"forward": step * 0.23, "backward": step * 0.758, "update": step * 0.012}
    alone = simulate(layers, times, MIB, 1, Link(0, 1e9), "ring")
    print(f"ResNet-50, {sum(size for size, _ in layers) / 1e6:.0f} MB of gradients, "
          f"{alone:.2f} s a step of one rank\n")
    print("| network | algorithm | bucket | " + " | ".join(f"{r:,}" for r in RANKS) + " |")
    print("| --- | --- | --- | " + " | ".join("---" for _ in RANKS) + " |")
    for name, link in NETWORKS:
        for algorithm in ("tree", "ring", "halving"):
            for bucket in (MIB, 25 * MIB):
                cells = [f"{alone / simulate(layers, times, bucket, r, link, algorithm):.0%}"
                         for r in RANKS]
                print(f"| {name} | {algorithm} | {bucket // MIB} MiB | {' | '.join(cells)} |")
    slowest = [f"{options.jitter * math.sqrt(2 * math.log(r)):.1%}" for r in RANKS]
    print(f"\nAll wait for the slowest rank: with a deviation of {options.jitter:.0%}, it takes "
          f"{', '.join(slowest)} longer than the mean.")


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    here = commands.add_parser("compare")
    here.add_argument("program")
    here.add_argument("mpiexec")
    here.add_argument("--launch")
    on_paper = commands.add_parser("simulate")
    on_paper.add_argument("--step", type=float, default=1.13,
                          help="seconds of a rank alone: batch 8 on two processors, measured")
    on_paper.add_argument("--jitter", type=float, default=0.02,
                          help="standard deviation of a rank's work, relative")
    options = parser.parse_args()
    if options.command == "simulate":
        paper(options)
    elif not compare(options):
        sys.exit(f"a simulated step is more than {TOLERANCE:.0%} off")


main()
