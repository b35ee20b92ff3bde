#!/usr/bin/env python3
"""Random calls in the library and in PyTorch, compared: values, gradients, refusals.

  differential.py RUN_CALLS [--seed N] [--cases N] [--only CASE]

A case depends on the seed and its number alone. Each disagreement is one line that begins with the
command that repeats it. Ends with 1 if there were any. Skipped where PyTorch is not installed.
"""
import argparse
import collections
import pathlib
import random
import sys

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

try:
    import torch
except ImportError:
    skip("package", "this needs PyTorch for Python (python3-torch)")

import calls_file
from families import FAMILIES

BATCH = 500  # cases in one run of the program


def weights(like):
    """The seeds of the gradients, as run_calls.cpp has them."""
    step = torch.arange(like.numel()) * 7
    return ((step % 13 - 6).double() / 8 + 1 / 16).reshape(like.shape).to(like.dtype)


class Case:
    def __init__(self, seed, number):
        self.number = number
        rng = random.Random(f"{seed}/{number}")
        torch.manual_seed(rng.getrandbits(32))
        self.family = rng.choice(sorted(FAMILIES))
        dtype = rng.choice([torch.float64, torch.float64, torch.float32])
        op, self.options, self.inputs, self.function = FAMILIES[self.family](rng, dtype)
        layout = rng.choice(["contiguous", "channels_last", "gapped"])
        self.request = calls_file.request(op, self.options, self.inputs, layout, True)

    def expected(self):
        """PyTorch's results by name, or its error."""
        leaves = {letter: x for letter, x in zip(calls_file.LETTERS, self.inputs)
                  if x is not None and x.is_floating_point()}
        copies = [x if x is None else x.clone().requires_grad_(x.is_floating_point())
                  for x in self.inputs]
        by_letter = dict(zip(calls_file.LETTERS, copies))
        try:
            output = self.function(*copies)
        except (RuntimeError, ValueError, IndexError) as error:
            return f"{type(error).__name__}: {error}"
        results = {"0": output.detach()}
        if output.requires_grad:
            try:
                found = torch.autograd.grad((output * weights(output)).sum(),
                                            [by_letter[letter] for letter in leaves],
                                            allow_unused=True)
            except RuntimeError as error:
                raise RuntimeError(f"case {self.number}: {self.request}") from error
            for letter, gradient in zip(leaves, found):
                results[letter] = torch.zeros_like(leaves[letter]) if gradient is None else gradient
        return results

    def tolerance(self):
        """Relative to the largest element, and absolute."""
        terms = max([x.numel() for x in self.inputs if x is not None] + [1]) ** 0.5
        double = all(x is None or x.dtype != torch.float32 for x in self.inputs)
        return (1e-10, 1e-12) if double else (1.3e-6 * terms, 1e-5)

    def disagreement(self, ours, theirs):
        """What differs, as text; empty if nothing does."""
        if isinstance(ours, str) or isinstance(theirs, str):
            if isinstance(ours, str) and isinstance(theirs, str):
                return ""
            if isinstance(ours, str) and "[output-empty]" in ours and theirs["0"].numel() == 0:
                return ""  # PyTorch 2 gives transposed convolutions that padding cuts off wholly
            return f"ours: {ours if isinstance(ours, str) else 'no error'} | " \
                   f"theirs: {theirs if isinstance(theirs, str) else 'no error'}"
        rtol, atol = self.tolerance()
        for name, expected in theirs.items():
            actual = ours[name]
            if actual.shape != expected.shape or actual.dtype != expected.dtype:
                return f"{name}: {actual.dtype} {list(actual.shape)} instead of " \
                       f"{expected.dtype} {list(expected.shape)}"
            if expected.numel() == 0:
                continue
            a, e = actual.double(), expected.double()
            same = (a == e) | (a.isnan() & e.isnan())
            largest = e[e.isfinite()].abs().max().item() if e.isfinite().any() else 0.0
            worst = torch.where(same, torch.zeros_like(a), (a - e).abs()).nan_to_num(nan=1e300)
            if worst.max().item() > atol + rtol * largest:
                return f"{name}: differs by {worst.max().item():.3g}, the largest is {largest:.3g}"
        return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", type=int, default=10000)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    torch.set_num_threads(1)
    numbers = [options.only] if options.only is not None else range(options.cases)
    counts, refused, failed = collections.Counter(), 0, 0
    for start in range(0, len(numbers), BATCH):
        cases = [Case(options.seed, number) for number in numbers[start:start + BATCH]]
        for case, ours in zip(cases, calls_file.run(options.program,
                                                    [case.request for case in cases])):
            theirs = case.expected()
            difference = case.disagreement(ours, theirs)
            counts[case.family] += 1
            refused += isinstance(theirs, str) or isinstance(ours, str)
            if difference:
                failed += 1
                shapes = [None if x is None else [str(x.dtype)[6:], *x.shape] for x in case.inputs]
                print(f"./dev oracle --seed {options.seed} --only {case.number}: {case.family} "
                      f"{case.options} {shapes} {case.request[0]['layout']}: {difference}")
    print(", ".join(f"{family} {count}" for family, count in sorted(counts.items())))
    print(f"{sum(counts.values())} cases of seed {options.seed}, {refused} refused by both or "
          f"one, {failed} disagreements")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
