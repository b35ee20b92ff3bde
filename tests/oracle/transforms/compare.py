#!/usr/bin/env python3
"""Transforms of images beside torchvision's (tensors, antialias on), for random parameters.

  compare.py RUN_TRANSFORMS [--seed N] [--cases N] [--only N]

Images are of uint8 and float32, of 1 and 3 channels, of odd and even sides, single and in batches.
Each pixel of a result has to be within one grey level.
"""
import argparse
import collections
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from skip import skip

try:
    import torch
    import torchvision
except ImportError:
    skip("package", "this needs torchvision for Python (python3-torchvision)")

import calls_file
import cases as transform_cases

BATCH = 200


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", type=int, default=1500)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    torch.set_num_threads(1)
    numbers = [options.only] if options.only is not None else range(options.cases)
    cases = [transform_cases.Case(options.seed, number) for number in numbers]
    counts, failed, ties = collections.Counter(), 0, 0
    results = []
    for start in range(0, len(cases), BATCH):
        part = cases[start:start + BATCH]
        results += calls_file.run(options.program, [case.request() for case in part])
    for case, ours in zip(cases, results):
        difference, excused = case.difference(ours)
        counts[case.name] += 1
        ties += excused
        if difference:
            failed += 1
            print(f"--seed {options.seed} --only {case.number}: {case.name} {case.options} "
                  f"{list(case.image.shape)} {case.image.dtype} {case.layout}: {difference}")
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print(f"{sum(counts.values())} cases of seed {options.seed} beside torchvision "
          f"{torchvision.__version__}, {failed} disagreements; {ties} pixels were at equal distance "
          "from two others")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
