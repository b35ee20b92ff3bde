#!/usr/bin/env python3
"""The models of bench/neighbour.cpp in eager PyTorch: prints the milliseconds of each training step
after five warm ones, one a line.

  neighbour.py mlp|lenet|resnet20 THREADS STEPS
"""
import sys
import time

import torch
from torch import nn

from resnet_autocast import resnet20

WARM = 5


def mlp():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


MODELS = {"mlp": (mlp, (64, 784)),
          "lenet": (lenet, (64, 1, 28, 28)),
          "resnet20": (resnet20, (32, 3, 32, 32))}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in MODELS:
        sys.exit(__doc__)
    make, shape = MODELS[sys.argv[1]]
    threads, steps = int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = make()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
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
