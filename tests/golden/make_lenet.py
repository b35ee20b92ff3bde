#!/usr/bin/env python3
"""Writes lenet_weights.safetensors, a state dict as PyTorch holds it, and lenet_run.safetensors:
images, labels, and what PyTorch computes from them in float32 and float64."""
import pathlib

import torch
from torch.nn import functional as F

import safetensors_file
from lenet import LeNet, spread

here = pathlib.Path(__file__).parent
model = LeNet()
with torch.no_grad():
    for phase, parameter in enumerate(model.parameters()):
        fan_in = parameter[0].numel() if parameter.dim() > 1 else 4
        parameter.copy_(spread(parameter.shape, phase, (3 / fan_in) ** 0.5))
safetensors_file.write(here / "lenet_weights.safetensors", model.state_dict())

images = spread((5, 1, 16, 16), 99, 1).float()
labels = torch.tensor([3, 1, 4, 1, 5])
run = {"images": images, "labels": labels.double()}
for dtype in (torch.float32, torch.float64):
    model.to(dtype).zero_grad()
    logits = model(images.to(dtype))
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    kind = str(dtype).removeprefix("torch.")
    run |= {f"{kind}.logits": logits, f"{kind}.loss": loss}
    run |= {f"{kind}.grad.{name}": p.grad for name, p in model.named_parameters()}
safetensors_file.write(here / "lenet_run.safetensors", run)
