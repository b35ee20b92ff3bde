#!/usr/bin/env python3
"""Writes sgd.safetensors: how torch.optim.SGD moves two parameters in 100 steps.

A case NAME has NAME.options, rows of (lr, momentum, dampening, weight_decay, nesterov), one row for
both parameters or one each; and NAME.weight and NAME.bias, the parameters after the steps listed in
`steps`. The loss is mean((tanh(x weight^T + bias) - target)^2) in float64; the
problem's numbers are eighths and sixteenths, the same in every library.
"""
import pathlib

import torch

import safetensors_file

STEPS = [1, 2, 3, 5, 10, 20, 40, 60, 80, 100]
#        lr, momentum, dampening, weight_decay, nesterov
CASES = {
    "plain": [(0.5, 0, 0, 0, 0)],
    "default_lr": [(1e-3, 0, 0, 0, 0)],
    "zero_lr": [(0, 0.9, 0, 0.1, 0)],
    "weight_decay": [(0.5, 0, 0, 0.01, 0)],
    "momentum": [(0.1, 0.9, 0, 0, 0)],
    "momentum_above_one": [(0.001, 1.01, 0, 0, 0)],
    "dampening": [(0.2, 0.9, 0.5, 0, 0)],
    "negative_dampening": [(0.1, 0.5, -0.25, 0, 0)],
    "dampening_alone": [(0.5, 0, 0.5, 0, 0)],
    "nesterov": [(0.1, 0.9, 0, 0, 1)],
    "nesterov_decay": [(0.1, 0.8, 0, 0.05, 1)],
    "all_but_nesterov": [(0.3, 0.7, 0.1, 0.02, 0)],
    "two_groups": [(0.1, 0.9, 0, 0.01, 1), (0.4, 0, 0, 0, 0)],
    "two_momenta": [(0.1, 0.5, 0.2, 0, 0), (0.1, 0.95, 0, 0.1, 0)],
}


def fraction(shape, phase):
    """Numbers k / 8 with k from -8 to 8."""
    count = torch.Size(shape).numel()
    whole = (torch.arange(count) * 7 + phase * 5) % 17 - 8
    return (whole.double() / 8).reshape(shape)


def run(rows):
    x, target = fraction((6, 4), 1), fraction((6, 3), 2) / 2
    weight = fraction((3, 4), 3).requires_grad_()
    bias = fraction((3,), 4).requires_grad_()
    parameters = [[weight], [bias]] if len(rows) == 2 else [[weight, bias]]
    names = ("lr", "momentum", "dampening", "weight_decay", "nesterov")
    groups = [{"params": p, **dict(zip(names, row)), "nesterov": bool(row[4])}
              for p, row in zip(parameters, rows)]
    optimizer = torch.optim.SGD(groups, lr=1)
    weights, biases = [], []
    for step in range(1, 101):
        optimizer.zero_grad()
        ((torch.tanh(x @ weight.T + bias) - target) ** 2).mean().backward()
        optimizer.step()
        if step in STEPS:
            weights.append(weight.detach().clone())
            biases.append(bias.detach().clone())
    return torch.stack(weights), torch.stack(biases)


tensors = {"steps": torch.tensor(STEPS, dtype=torch.float64)}
for name, rows in CASES.items():
    tensors[f"{name}.options"] = torch.tensor(rows, dtype=torch.float64)
    tensors[f"{name}.weight"], tensors[f"{name}.bias"] = run(rows)
safetensors_file.write(pathlib.Path(__file__).parent / "sgd.safetensors", tensors)
