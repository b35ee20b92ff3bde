#!/usr/bin/env python3
"""Writes optimizers.safetensors: how torch.optim moves two parameters in 1,000 steps.

A case is named OPTIMIZER.WHAT and has NAME.options, a row for both parameters or one each, in the
order of NAMES[OPTIMIZER]; and NAME.weight and NAME.bias, the parameters after the steps
listed in `steps`. The loss is mean((tanh(x weight^T + bias) - target)^2) in float64; the problem's
numbers are eighths and sixteenths, the same in every library. The steps take the three pairs of
rows in turn: gradients do not vanish then, which would make the steps of most optimisers chaotic.
For LBFGS a step has up to max_iter evaluations on all rows, and only the first steps are kept;
without a line search it begins at a quarter of the others' parameters, near the minimum.

clip_grad_norm_.I has max_norm and norm_type in .arguments, the norm in .norm, and what becomes of
the gradients fraction((3, 4), 5) and fraction((3,), 6) in .weight and .bias; clip_grad_value_ the
same without a norm.
"""
import math
import pathlib

import torch

import safetensors_file

STEPS = [1, 2, 3, 5, 10, 20, 50, 100, 200, 400, 700, 1000]
LBFGS_STEPS = [1, 2, 3, 4, 5]
ADAM = ("lr", "betas.0", "betas.1", "eps", "weight_decay", "amsgrad", "maximize")
NAMES = {
    "SGD": ("lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize"),
    "Adam": ADAM,
    "AdamW": ADAM,
    "Adamax": ("lr", "betas.0", "betas.1", "eps", "weight_decay", "maximize"),
    "NAdam": ("lr", "betas.0", "betas.1", "eps", "weight_decay", "momentum_decay"),
    "RAdam": ("lr", "betas.0", "betas.1", "eps", "weight_decay"),
    "Adagrad": ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps", "maximize"),
    "Adadelta": ("lr", "rho", "eps", "weight_decay", "maximize"),
    "RMSprop": ("lr", "alpha", "eps", "weight_decay", "momentum", "centered", "maximize"),
    "LBFGS": ("lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size",
              "strong_wolfe"),
}
FLAGS = {"nesterov", "maximize", "amsgrad", "centered"}
CASES = {
    "SGD.plain": [(0.5, 0, 0, 0, 0, 0)],
    "SGD.default_lr": [(1e-3, 0, 0, 0, 0, 0)],
    "SGD.zero_lr": [(0, 0.9, 0, 0.1, 0, 0)],
    "SGD.weight_decay": [(0.5, 0, 0, 0.01, 0, 0)],
    "SGD.momentum": [(0.1, 0.9, 0, 0, 0, 0)],
    "SGD.momentum_above_one": [(0.001, 1.001, 0, 0, 0, 0)],
    "SGD.dampening": [(0.2, 0.9, 0.5, 0, 0, 0)],
    "SGD.negative_dampening": [(0.1, 0.5, -0.25, 0, 0, 0)],
    "SGD.dampening_alone": [(0.5, 0, 0.5, 0, 0, 0)],
    "SGD.nesterov": [(0.1, 0.9, 0, 0, 1, 0)],
    "SGD.nesterov_decay": [(0.1, 0.8, 0, 0.05, 1, 0)],
    "SGD.all_but_nesterov": [(0.3, 0.7, 0.1, 0.02, 0, 0)],
    "SGD.two_groups": [(0.1, 0.9, 0, 0.01, 1, 0), (0.4, 0, 0, 0, 0, 0)],
    "SGD.two_momenta": [(0.1, 0.5, 0.2, 0, 0, 0), (0.1, 0.95, 0, 0.1, 0, 0)],
    "SGD.maximize": [(0.1, 0.8, 0.1, 0.1, 0, 1)],
    "Adam.default": [(1e-3, 0.9, 0.999, 1e-8, 0, 0, 0)],
    "Adam.decay": [(0.01, 0.8, 0.99, 1e-6, 0.05, 0, 0)],
    "Adam.amsgrad": [(0.02, 0.9, 0.95, 1e-8, 0.01, 1, 0)],
    "Adam.two_groups": [(0.01, 0.9, 0.999, 1e-8, 0, 0, 0), (0.02, 0.5, 0.9, 1e-3, 0.1, 1, 1)],
    "AdamW.default": [(1e-3, 0.9, 0.999, 1e-8, 0.01, 0, 0)],
    "AdamW.amsgrad": [(0.02, 0.9, 0.95, 1e-8, 0.1, 1, 0)],
    "AdamW.maximize": [(0.01, 0.9, 0.99, 1e-8, 0.1, 0, 1)],
    "Adamax.default": [(2e-3, 0.9, 0.999, 1e-8, 0, 0)],
    "Adamax.decay": [(0.02, 0.8, 0.99, 1e-4, 0.05, 1)],
    "NAdam.default": [(2e-3, 0.9, 0.999, 1e-8, 0, 4e-3)],
    "NAdam.decay": [(0.01, 0.8, 0.99, 1e-6, 0.05, 0.02)],
    "RAdam.default": [(1e-3, 0.9, 0.999, 1e-8, 0)],
    "RAdam.never_rectified": [(0.05, 0.9, 0.5, 1e-8, 0.01)],
    "RAdam.decay": [(0.01, 0.8, 0.99, 1e-6, 0.05)],
    "Adagrad.default": [(1e-2, 0, 0, 0, 1e-10, 0)],
    "Adagrad.all": [(0.1, 0.01, 0.02, 0.5, 1e-6, 0)],
    "Adagrad.maximize": [(0.1, 0, 0.1, 0.1, 1e-10, 1)],
    "Adadelta.default": [(1, 0.9, 1e-6, 0, 0)],
    "Adadelta.decay": [(0.5, 0.8, 1e-4, 0.02, 0)],
    "RMSprop.default": [(1e-2, 0.99, 1e-8, 0, 0, 0, 0)],
    "RMSprop.momentum": [(1e-3, 0.9, 1e-4, 0.01, 0.9, 0, 0)],
    "RMSprop.centered": [(1e-3, 0.95, 1e-2, 0, 0, 1, 0)],
    "RMSprop.centered_momentum": [(1e-3, 0.9, 1e-2, 0.02, 0.5, 1, 0)],
    "LBFGS.default": [(1, 4, 5, 1e-7, 1e-9, 100, 0)],
    "LBFGS.short_history": [(0.5, 6, 20, 1e-7, 1e-9, 2, 0)],
    "LBFGS.strong_wolfe": [(1, 5, 20, 1e-7, 1e-9, 10, 1)],
    "LBFGS.long_steps": [(8, 3, 50, 1e-7, 1e-9, 10, 1)],
    "LBFGS.tolerances": [(1, 20, 25, 1e-3, 1e-4, 100, 1)],
}


CLIPS = [(1.0, 2.0), (0.0, 2.0), (0.5, 1.0), (0.25, math.inf), (100.0, 2.0), (2.0, 3.5), (1.0, 0.5)]


def fraction(shape, phase):
    """Numbers k / 8 with k from -8 to 8."""
    count = torch.Size(shape).numel()
    whole = (torch.arange(count) * 7 + phase * 5) % 17 - 8
    return (whole.double() / 8).reshape(shape)


def options(kind, row):
    found = dict(zip(NAMES[kind], row))
    for flag in FLAGS & found.keys():
        found[flag] = bool(found[flag])
    if "betas.0" in found:
        found["betas"] = (found.pop("betas.0"), found.pop("betas.1"))
    if "strong_wolfe" in found:
        found["line_search_fn"] = "strong_wolfe" if found.pop("strong_wolfe") else None
    return found


def run(kind, table, nudge=0):
    x, target = fraction((6, 4), 1), fraction((6, 3), 2) / 2
    begin = 0.25 if kind == "LBFGS" and not table[0][-1] else 1
    weight = (fraction((3, 4), 3) * (begin * (1 + nudge))).requires_grad_()
    bias = (fraction((3,), 4) * begin).requires_grad_()
    parameters = [[weight], [bias]] if len(table) == 2 else [[weight, bias]]
    make = getattr(torch.optim, kind)
    if kind == "SGD" or len(table) == 2:
        groups = [{"params": p, **options(kind, row)} for p, row in zip(parameters, table)]
        optimizer = make(groups, **({"lr": 1} if kind == "SGD" else {}))
    else:
        optimizer = make(parameters[0], **options(kind, table[0]))

    def closure():
        optimizer.zero_grad()
        loss = ((torch.tanh(x[rows] @ weight.T + bias) - target[rows]) ** 2).mean()
        loss.backward()
        return loss

    weights, biases = [], []
    steps = LBFGS_STEPS if kind == "LBFGS" else STEPS
    for step in range(1, steps[-1] + 1):
        first = (step - 1) % 3 * 2
        rows = slice(None) if kind == "LBFGS" else slice(first, first + 2)
        optimizer.step(closure)
        if step in steps:
            weights.append(weight.detach().clone())
            biases.append(bias.detach().clone())
    return torch.stack(weights), torch.stack(biases)


def clipped(clip):
    """The gradients after clip(parameters), and what that gave."""
    parameters = [torch.zeros(3, 4), torch.zeros(3), torch.zeros(2)]  # the last has no gradient
    parameters[0].grad, parameters[1].grad = fraction((3, 4), 5), fraction((3,), 6)
    result = clip(parameters)
    return parameters[0].grad, parameters[1].grad, result


def magnification(kind, table):
    """By how much a run enlarges a small difference at its start."""
    nudge = 1e-11
    there, here = run(kind, table, nudge), run(kind, table)
    return max((a - b).abs().max() / b.abs().max() for a, b in zip(there, here)).item() / nudge


def main():
    torch.set_default_dtype(torch.float64)  # or NAdam would keep a product in float32
    tensors = {"steps": torch.tensor(STEPS, dtype=torch.float64),
               "lbfgs_steps": torch.tensor(LBFGS_STEPS, dtype=torch.float64)}
    for name, table in CASES.items():
        kind = name.split(".")[0]
        found = magnification(kind, table)
        if found > (1000 if kind == "LBFGS" else 30):
            raise SystemExit(f"{name} is chaotic: a difference grows {found:.3g} times")
        tensors[f"{name}.options"] = torch.tensor(table, dtype=torch.float64)
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = run(kind, table)
    for index, arguments in enumerate(CLIPS):
        name = f"clip_grad_norm_.{index}"
        tensors[f"{name}.arguments"] = torch.tensor(arguments)
        tensors[f"{name}.weight"], tensors[f"{name}.bias"], tensors[f"{name}.norm"] = clipped(
            lambda parameters: torch.nn.utils.clip_grad_norm_(parameters, *arguments))
    tensors["clip_grad_value_.arguments"] = torch.tensor([0.3])
    tensors["clip_grad_value_.weight"], tensors["clip_grad_value_.bias"], _ = clipped(
        lambda parameters: torch.nn.utils.clip_grad_value_(parameters, 0.3))
    safetensors_file.write(pathlib.Path(__file__).parent / "optimizers.safetensors", tensors)


if __name__ == "__main__":
    main()
