#!/usr/bin/env python3
"""Writes schedulers.safetensors: the learning rates of torch.optim.lr_scheduler, epoch by epoch.

NAME.lr has a row for each epoch from 0 and a column for each of two groups, which begin with
learning rates 0.1 and 0.5; NAME.momentum the same for schedules that change it. NAME is
SCHEDULER.WHAT; schedulers_test.cpp has the same names with the same options. Those named
ReduceLROnPlateau are stepped with the numbers `metrics`, one for each epoch.
"""
import math
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler as S

import safetensors_file

EPOCHS = 60


def sequence(optimizer):
    return S.SequentialLR(optimizer, [S.LinearLR(optimizer, 0.1, 1.0, 5),
                                      S.CosineAnnealingLR(optimizer, 40, 1e-3)], [5])


def three(optimizer):
    return S.SequentialLR(optimizer, [S.ConstantLR(optimizer, 0.5, 3), S.ExponentialLR(optimizer, 0.9),
                                      S.StepLR(optimizer, 7, 0.3)], [8, 20])


def milestone_at_zero(optimizer):
    return S.SequentialLR(optimizer, [S.PolynomialLR(optimizer, 10, 2.0),
                                      S.MultiStepLR(optimizer, [0, 4, 9], 0.5)], [12])


def chained(*parts):
    return lambda o: S.ChainedScheduler([part(o) for part in parts])


CASES = {
    "StepLR.default": lambda o: S.StepLR(o, 30),
    "StepLR.short": lambda o: S.StepLR(o, 7, 0.7),
    "StepLR.every": lambda o: S.StepLR(o, 1, 1.01),
    "MultiStepLR.default": lambda o: S.MultiStepLR(o, [30, 50]),
    "MultiStepLR.unsorted_twice": lambda o: S.MultiStepLR(o, [40, 3, 11, 11, 0], 0.6),
    "ConstantLR.default": lambda o: S.ConstantLR(o),
    "ConstantLR.long": lambda o: S.ConstantLR(o, 0.7, 33),
    "LinearLR.default": lambda o: S.LinearLR(o),
    "LinearLR.down": lambda o: S.LinearLR(o, 1.0, 0.05, 40),
    "LinearLR.up": lambda o: S.LinearLR(o, 0.01, 0.9, 13),
    "ExponentialLR.fall": lambda o: S.ExponentialLR(o, 0.95),
    "ExponentialLR.rise": lambda o: S.ExponentialLR(o, 1.05),
    "PolynomialLR.default": lambda o: S.PolynomialLR(o),
    "PolynomialLR.square": lambda o: S.PolynomialLR(o, 50, 2.0),
    "PolynomialLR.root": lambda o: S.PolynomialLR(o, 37, 0.5),
    "CosineAnnealingLR.default": lambda o: S.CosineAnnealingLR(o, 59),
    "CosineAnnealingLR.up_again": lambda o: S.CosineAnnealingLR(o, 11, 0.02),
    "CosineAnnealingLR.minimum_above": lambda o: S.CosineAnnealingLR(o, 20, 0.3),
    "CosineAnnealingWarmRestarts.default": lambda o: S.CosineAnnealingWarmRestarts(o, 10),
    "CosineAnnealingWarmRestarts.longer": lambda o: S.CosineAnnealingWarmRestarts(o, 3, 2, 1e-3),
    "CosineAnnealingWarmRestarts.each": lambda o: S.CosineAnnealingWarmRestarts(o, 1, 3),
    "OneCycleLR.default": lambda o: S.OneCycleLR(o, 0.8, 60),
    "OneCycleLR.linear": lambda o: S.OneCycleLR(
        o, [0.8, 0.2], 60, pct_start=0.4, anneal_strategy="linear", base_momentum=0.5,
        max_momentum=[0.9, 0.99], div_factor=10.0, final_div_factor=100.0),
    "OneCycleLR.three_phases": lambda o: S.OneCycleLR(o, 0.8, 60, pct_start=0.25, three_phase=True),
    "OneCycleLR.lr_alone": lambda o: S.OneCycleLR(o, 0.8, 60, cycle_momentum=False, pct_start=0.0),
    "LambdaLR.one": lambda o: S.LambdaLR(o, lambda epoch: 0.95 ** epoch),
    "LambdaLR.two": lambda o: S.LambdaLR(
        o, [lambda epoch: 1 / (1 + epoch), lambda epoch: math.sqrt(epoch)]),
    "SequentialLR.warm_up": sequence,
    "SequentialLR.three": three,
    "SequentialLR.milestone_at_zero": milestone_at_zero,
    "ChainedScheduler.warm_up": chained(
        lambda o: S.ConstantLR(o, 0.1, 4), lambda o: S.ExponentialLR(o, 0.95)),
    "ChainedScheduler.three": chained(
        lambda o: S.LinearLR(o, 0.25, 1.0, 5), lambda o: S.CosineAnnealingLR(o, 20, 1e-3),
        lambda o: S.MultiStepLR(o, [10, 30], 0.5)),
    "ChainedScheduler.polynomial": chained(
        lambda o: S.PolynomialLR(o, 80, 2.0), lambda o: S.StepLR(o, 7, 0.7)),
    "ChainedScheduler.overwritten": chained(
        lambda o: S.ExponentialLR(o, 0.9), lambda o: S.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
        lambda o: S.StepLR(o, 11, 0.3)),
    "ReduceLROnPlateau.default": lambda o: S.ReduceLROnPlateau(o),
    "ReduceLROnPlateau.impatient": lambda o: S.ReduceLROnPlateau(
        o, factor=0.5, patience=2, threshold=0.05, cooldown=3, min_lr=[0.02, 0.1]),
    "ReduceLROnPlateau.max_abs": lambda o: S.ReduceLROnPlateau(
        o, "max", factor=0.3, patience=1, threshold=0.01, threshold_mode="abs"),
    "ReduceLROnPlateau.min_abs": lambda o: S.ReduceLROnPlateau(
        o, factor=0.9, patience=0, threshold=0.02, threshold_mode="abs", eps=1e-2),
    "ReduceLROnPlateau.max_rel": lambda o: S.ReduceLROnPlateau(o, "max", factor=0.2, patience=4),
}


def metric(epoch):
    """Falls with bumps, then only bumps; not a number once."""
    return math.nan if epoch == 30 else max(math.exp(-epoch / 8), 0.05) + (epoch * 7 % 5) / 20


def run(make):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in (0.1, 0.5)]
    optimizer = torch.optim.SGD(groups, lr=1, momentum=0.75)
    scheduler = make(optimizer)
    lrs, momenta = [], []
    for epoch in range(EPOCHS):
        lrs.append([group["lr"] for group in optimizer.param_groups])
        momenta.append([group["momentum"] for group in optimizer.param_groups])
        if epoch + 1 < EPOCHS:
            optimizer.step()
            takes_metric = isinstance(scheduler, S.ReduceLROnPlateau)
            scheduler.step(metric(epoch)) if takes_metric else scheduler.step()
    return lrs, momenta


def main():
    warnings.simplefilter("ignore")  # SequentialLR sets an epoch, which torch warns of
    def table(rows):
        return torch.tensor(rows, dtype=torch.float64)
    tensors = {"metrics": table([metric(epoch) for epoch in range(EPOCHS)])}
    for name, make in CASES.items():
        lrs, momenta = run(make)
        tensors[f"{name}.lr"] = table(lrs)
        if name.startswith("OneCycleLR"):
            tensors[f"{name}.momentum"] = table(momenta)
    safetensors_file.write(pathlib.Path(__file__).parent / "schedulers.safetensors", tensors)


if __name__ == "__main__":
    main()
