#!/usr/bin/env python3
"""Compares the networks of retrograd::models with PyTorch's, on the same tensors.

  compare.py RUN_NETWORK [--dtype float32] [NETWORK ...]

RUN_NETWORK is the program of run_network.cpp. Scores and the gradients of a step may differ from
PyTorch's in float64 by BOUNDS of the largest element. So may the images of preprocess(). Skipped
where PyTorch is not installed.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS), str(TESTS / "golden")]
from skip import skip

try:
    import torch
except ImportError:
    skip("package", "this needs PyTorch for Python (python3-torch)")

import torch.nn.functional as F

import drawn
import safetensors_file
from networks import NETWORKS

# PyTorch multiplies gradients of hardsigmoid by 1/6 in float32, of float64 too: 3e-8 beside the truth.
BOUNDS = {"float32": 1e-4, "float64": 1e-7}
BATCH = 8


def ours(program, name, tensors):
    """What the program makes of the tensors."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = (str(pathlib.Path(folder) / file) for file in ("in", "out"))
        safetensors_file.write(given, tensors)
        subprocess.run([program, name, given, made], check=True)
        return safetensors_file.read(made)


def theirs(network, images, labels):
    """The same by PyTorch."""
    results = {}
    with torch.no_grad():
        results["scores"] = network.eval()(images)
    scores = drawn.without_dropout(network.train())(images)
    results["training scores"] = scores.detach()
    F.cross_entropy(scores, labels).backward()
    results.update({"grad." + name: p.grad for name, p in network.named_parameters()})
    results.update({"buffer." + name: buffer for name, buffer in network.named_buffers()})
    return results


def largest(x):
    return x.double().abs().max().item()


def difference(x, expected, scale=None):
    """The largest difference, as a share of the scale or the largest element."""
    assert x.shape == expected.shape, (x.shape, expected.shape)
    return largest(x.double() - expected.double()) / (scale or largest(expected) or 1.0)


def differences(found, expected):
    """Those of all tensors by name. Batch norm after a layer makes the gradient of its bias 0: these
    are measured by the largest of all gradients."""
    assert found.keys() == expected.keys(), found.keys() ^ expected.keys()
    most = max(largest(value) for key, value in expected.items() if key.startswith("grad."))
    return {key: difference(found[key], value, most if largest(value) < 1e-12 * most else None)
            for key, value in expected.items()}


def network_differences(program, name, dtype):
    """The differences of scores, gradients and buffers, by name."""
    torch.manual_seed(len(name))
    pixels = name == "unet"
    network = NETWORKS[name](2 if pixels else 10)
    side = 32 if name.startswith(("vgg", "unet")) else 64  # with pools of large images
    labels = torch.randint(0, 2, (BATCH, side, side)) if pixels else torch.randint(0, 10, (BATCH,))
    images = torch.randn(BATCH, 3, side, side)
    drawn.draw(network, images)
    images = drawn.settle(network, images)
    for training in (False, True):
        for block, deviation in drawn.deviations(network.train(training), images).items():
            assert drawn.LEAST <= deviation <= drawn.MOST, (name, block, training, deviation)
    state = {"state." + key: value.to(dtype) if value.is_floating_point() else value
             for key, value in network.state_dict().items()}
    found = ours(program, name, {"images": images.to(dtype), "labels": labels, **state})
    return differences(found, theirs(network.double(), images.double(), labels))


def preprocess_differences(program, _, dtype):
    """Those of preprocess(), by the size of the image."""
    torch.manual_seed(1)
    found = {}
    for height, width in ((300, 411), (97, 33), (256, 256), (600, 1001)):
        image = torch.rand(3, height, width, dtype=dtype)
        short = min(height, width)
        size = [256 if side == short else 256 * side // short for side in (height, width)]
        x = image.double()[None]
        if size != [height, width]:
            x = F.interpolate(x, size, mode="bilinear", antialias=True)
        top, left = (round((side - 224) / 2) for side in size)
        mean, std = (torch.tensor(values, dtype=torch.float64)[:, None, None]
                     for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
        x = (x[0, :, top:top + 224, left:left + 224] - mean) / std
        made = ours(program, "preprocess", {"images": image})["images"]
        found[f"images {height} x {width}"] = difference(made, x)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("networks", nargs="*", default=["preprocess", *NETWORKS])
    parser.add_argument("--dtype", default="float32", choices=BOUNDS)
    options = parser.parse_args()
    bound, bad = BOUNDS[options.dtype], []
    for name in options.networks:
        compare = preprocess_differences if name == "preprocess" else network_differences
        found = compare(options.program, name, getattr(torch, options.dtype))
        worst = {}  # of each kind, such as "grad"
        for key, value in found.items():
            kind = key.split(".")[0].split()[0]
            worst[kind] = max(worst.get(kind, (-1, "")), (value, key))
        print(name, ", ".join(f"{kind} {value:.1e}" for kind, (value, _) in worst.items()), flush=True)
        bad += [f"{name}: {key} by {value:.1e}" for key, value in found.items() if not value <= bound]
    sys.exit(f"differ by more than {bound}:\n" + "\n".join(bad) if bad else 0)


if __name__ == "__main__":
    main()
