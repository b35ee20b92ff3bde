#!/usr/bin/env python3
"""The models of bench/neighbour.cpp in eager PyTorch: prints the milliseconds of each training step
after five warm ones, one a line.

  neighbour.py mlp|lenet|resnet20 THREADS STEPS
"""
import sys
import time

import torch
from torch import nn

import networks

WARM = 5


MODELS = {"mlp": (networks.mlp, (64, 784)),
          "lenet": (networks.lenet, (64, 1, 28, 28)),
          "resnet20": (networks.resnet20, (32, 3, 32, 32))}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in MODELS:
        sys.exit(__doc__)
    make, shape = MODELS[sys.argv[1]]
    threads, steps = int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = make()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9)
    x = torch.randn(shape)
    y = torch.randint(0, 10, shape[:1])
    times = []
    for _ in range(WARM + steps):
        start = time.perf_counter()
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        times.append(1e3 * (time.perf_counter() - start))
    for milliseconds in times[WARM:]:
        print(f"{milliseconds:.4f}")


if __name__ == "__main__":
    main()
